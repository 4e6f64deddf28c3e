/* Text and plain tags about which nothing is to be done, passed over.

   Plain is a tag with a short name, all of whose attributes are written name="value" and cannot
   matter. The data state reads the others. */

#ifndef CONSENTGUARD_PLAIN_H
#define CONSENTGUARD_PLAIN_H

#include "_grammar.h"
#include "_window.h"

#if defined(__SSE2__)

/* Behind a plain tag whose name ends there and before whose first value `stop` stands, or -1. */
static inline place plain_end(const Tables *tables, Window *window, place at, place stop)
{
    const byte *b = window->b;
    for (;;) {
        if (stop < at)
            return -1;
        if (b[stop] == '>') /* no attribute that may matter has a name so short */
            return stop - at < 4 ? stop + 1 : -1;
        Attribute one = {.start = at, .value_start = stop + 1, .value_end = stop};
        while (CLASS[b[one.start]] & SPACE)
            one.start++;
        one.end = ends(b, one.start, window->size, ENDS_ATTRIBUTE);
        if (one.end == one.start || one.end != stop - 1 || b[one.end] != '=')
            return -1;
        do
            one.value_end = window_stop(window, one.value_end + 1);
        while (one.value_end > 0 && b[one.value_end] != b[stop]);
        if (one.value_end < 0 || rare(tables, b, &one))
            return -1;
        at = one.value_end + 1;
        stop = window_stop(window, at);
    }
}

/* Where the first "<" stands that begins no such tag, or the text behind the last one. `steps`
   counts the tags. */
static place skip_plain(const Tables *tables, const byte *b, place pos, place size,
                        long long *steps)
{
    Window window = window_of(b, size);
    for (;; ++*steps) {
        Tag tag = {.start = window_open(&window, pos)};
        if (tag.start < 0)
            return pos;
        tag.slash = size - tag.start > 2 && b[tag.start + 1] == '/';
        place name = tag.start + 1 + tag.slash;
        if (name >= size || !(CLASS[b[name]] & LETTER))
            return tag.start;
        place stop = window_stop(&window, name);
        tag.name_end = ends(b, name, size, ENDS_NAME);
        if (!is_dull(tables, b, &tag))
            return tag.start;
        pos = plain_end(tables, &window, tag.name_end, stop);
        if (pos < 0)
            return tag.start;
    }
}

#else

static place skip_plain(const Tables *tables, const byte *b, place pos, place size,
                        long long *steps)
{
    (void)tables, (void)b, (void)size, (void)steps;
    return pos;
}

#endif

#endif
