/* Text, plain tags and plain drawings about which nothing is to be done, passed over.

   Plain is a tag all of whose attributes are written name="value" and cannot matter, and an svg of
   plain tags that are closed one by one: behind it the same elements are open as before. Whatever
   is not plain is left to the data state. */

#ifndef CONSENTGUARD_PLAIN_H
#define CONSENTGUARD_PLAIN_H

#include "_grammar.h"
#include "_window.h"

#if defined(__SSE2__)

/* A window is in registers as long as no function is told where it is. */
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NEVER_INLINE __attribute__((noinline))

/* Read what stands at "<" up to the end of a tag's name; false when it is no tag. */
static ALWAYS_INLINE int begin_tag(const byte *b, place at, place size, Tag *tag)
{
    tag->start = at;
    tag->slash = size - at > 2 && b[at + 1] == '/';
    place name = at + 1 + tag->slash;
    if (name >= size || !(CLASS[b[name]] & LETTER))
        return 0;
    tag->name_end = ends(b, name, size, ENDS_NAME);
    return 1;
}

/* Read the rest of a tag; false when it is not plain. */
static ALWAYS_INLINE int end_plain(const Tables *tables, Window *window, Tag *tag)
{
    const byte *b = window->b;
    /* Not from the end of the name: that is known later. */
    place at = tag->name_end, stop = window_stop(window, tag->start + 1 + tag->slash);
    for (;;) {
        if (stop < at)
            return 0;
        if (b[stop] == '>') {
            while (at < stop && ((CLASS[b[at]] & SPACE) || b[at] == '/'))
                at++;
            tag->end = stop + 1;
            tag->closed = b[stop - 1] == '/';
            return at == stop;
        }
        Attribute one = {.start = at, .value_start = stop + 1, .value_end = stop};
        while (CLASS[b[one.start]] & SPACE)
            one.start++;
        one.end = ends(b, one.start, window->size, ENDS_ATTRIBUTE);
        if (one.end == one.start || one.end != stop - 1 || b[one.end] != '=')
            return 0;
        do
            one.value_end = window_stop(window, one.value_end + 1);
        while (one.value_end > 0 && b[one.value_end] != b[stop]);
        if (one.value_end < 0 || rare(tables, b, &one))
            return 0;
        at = one.value_end + 1;
        stop = window_stop(window, at);
    }
}

static int same_name(const Name *one, const Name *other)
{
    if (one->id != other->id || one->length != other->length)
        return 0;
    for (place i = 0; one->id == OTHER && i < one->length; i++)
        if (lower(one->at[i]) != lower(other->at[i]))
            return 0;
    return 1;
}

/* True for a start tag in svg that leaves it, or that is reported. */
static int is_seen(const byte *b, const Tag *tag)
{
    if ((tag->name.flags & BREAKOUT) || tag->name.id == E_FONT)
        return 1;
    return (tag->name.flags & REPORTED_FOREIGN) && !(tag->name.id == E_USE && local_use(b, tag));
}

enum { NESTED = 16 };

/* Behind the svg whose start tag is given, or -1 where it is not plain. `steps` counts the tags. */
static NEVER_INLINE place drawing_end(const Tables *tables, const byte *b, Tag tag, place size,
                                      long long *steps)
{
    Window window = window_of(b, size);
    Name open[NESTED];
    for (int depth = 0, text = 0;;) {
        if (!end_plain(tables, &window, &tag))
            return -1;
        read_name(tables, b, &tag);
        const Name *name = &tag.name;
        if (tag.slash) {
            if (!same_name(name, &open[--depth]))
                return -1;
            text = 0;
        } else if (text || depth == NESTED || is_seen(b, &tag) ||
                   (tag.closed && (name->flags & RAW)))
            return -1;
        else if (!tag.closed) {
            open[depth++] = *name;
            /* What stands in it is HTML, or text to a reader without namespaces. */
            text = (name->flags & (SVG_POINT | RAW)) != 0;
        }
        if (!depth)
            return tag.end;
        place at = window_open(&window, tag.end);
        if (at < 0 || !begin_tag(b, at, size, &tag))
            return -1;
        ++*steps;
    }
}

/* Where the first "<" stands that begins nothing of that, or the text behind the last one. `steps`
   counts the tags. */
static place skip_plain(const Tables *tables, const byte *b, place pos, place size,
                        long long *steps)
{
    Window window = window_of(b, size);
    for (;; ++*steps) {
        Tag tag;
        place at = window_open(&window, pos);
        if (at < 0)
            return pos;
        if (!begin_tag(b, at, size, &tag))
            return at;
        if (is_dull(tables, b, &tag)) {
            if (!end_plain(tables, &window, &tag))
                return at;
            pos = tag.end;
        } else if (tag.name_end - at == 4 && alike(b + at + 1, "svg", 3)) {
            pos = drawing_end(tables, b, tag, size, steps);
            if (pos < 0)
                return at;
        } else
            return at;
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
