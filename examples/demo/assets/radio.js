// Shows what the event stream says is playing.
(function () {
  var track = document.getElementById("track");
  var artist = document.getElementById("artist");
  new EventSource("/live").addEventListener("track", function (event) {
    var now = JSON.parse(event.data);
    track.textContent = now.title;
    artist.textContent = now.artist;
  });
})();
