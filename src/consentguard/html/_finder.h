/* Whether a script can hold any of many literals, or the URL of something that it loads.

   A filter in front of a tree, after Wu and Manber ("A fast algorithm for multi-pattern searching",
   1994): a table says by two bytes where a literal that they belong to would begin, and every few
   bytes two are looked at. As in catalogue/snippets.py white
   space is passed over and the three kinds of quotes are one. "No" is certain, "yes" is not: the
   catalogue then looks itself. */

#ifndef CONSENTGUARD_FINDER_H
#define CONSENTGUARD_FINDER_H

#include "_grammar.h"

enum { PASSED_OVER = 0, ANY_OTHER = 1, KINDS = 128, NODES = 65535, LONGEST_LITERAL = 512 };
enum { BLOCK = 8192, STEP = 7 };

typedef struct {
    byte kind[256];    /* of a byte: passed over, in no literal, or its own */
    byte pairs[65536]; /* by two bytes: where in literals they stand, a bit a place */
    int kinds, shortest, longest;
    uint16_t *next; /* a tree of all literals: by state and kind, 0 for none */
    byte *ends;     /* by state: whether a literal ends there */
    int states;
} Finder;

static byte same_quote(byte c) { return c == '"' || c == '`' ? '\'' : c; }

static void finder_clear(Finder *finder)
{
    PyMem_Free(finder->next);
    PyMem_Free(finder->ends);
}

/* How far apart the places are that are looked at. */
static int finder_step(const Finder *finder)
{
    return finder->shortest - 2 < STEP ? finder->shortest - 2 : STEP;
}

/* Kinds for the bytes of the literals; false when they are too many. */
static int finder_kinds(Finder *finder, const byte *all, place size)
{
    memset(finder->kind, ANY_OTHER, sizeof finder->kind);
    finder->kinds = ANY_OTHER + 1;
    for (place i = 0; i < size; i++) {
        byte *kind = &finder->kind[same_quote(all[i])];
        if (*kind == ANY_OTHER && finder->kinds == KINDS)
            return 0;
        if (*kind == ANY_OTHER)
            *kind = (byte)finder->kinds++;
    }
    finder->kind['"'] = finder->kind['`'] = finder->kind['\''];
    for (int c = 0; c < 256; c++)
        if ((CLASS[c] & SPACE) || c == '\v')
            finder->kind[c] = PASSED_OVER;
    return 1;
}

/* Take a literal into the tree; false when it is too short or too long, or there is no room. */
static int finder_add(Finder *finder, const byte *literal, place size)
{
    int state = 0, length = 0;
    for (place i = 0; i < size; i++) {
        int kind = finder->kind[literal[i]];
        if (kind == PASSED_OVER)
            continue;
        uint16_t *to = &finder->next[state * finder->kinds + kind];
        if (!*to && finder->states == NODES)
            return 0;
        if (!*to)
            *to = (uint16_t)finder->states++;
        state = *to;
        length++;
    }
    finder->ends[state] = 1;
    if (length < finder->shortest)
        finder->shortest = length;
    if (length > finder->longest)
        finder->longest = length;
    return length > 2 && length <= LONGEST_LITERAL;
}

/* Two bytes as the machine reads them. */
static inline unsigned two(const byte *b)
{
    uint16_t both;
    memcpy(&both, b, sizeof both);
    return both;
}

/* Note that a literal has these two at that place, with every kind of quotes. */
static void finder_note(Finder *finder, byte first, byte second, int at)
{
    static const byte quotes[] = {'\'', '"', '`'};
    int firsts = same_quote(first) == '\'' ? 3 : 1, seconds = same_quote(second) == '\'' ? 3 : 1;
    for (int i = 0; i < firsts; i++)
        for (int j = 0; j < seconds; j++) {
            byte both[] = {firsts > 1 ? quotes[i] : first, seconds > 1 ? quotes[j] : second};
            finder->pairs[two(both)] |= (byte)(1 << at);
        }
}

/* Note where the first pairs of a literal stand: one more than the step, which is the last that may
   follow another. */
static void finder_learn(Finder *finder, const byte *literal)
{
    byte before = 0;
    for (int i = 0, step = finder_step(finder); i <= step + 1; literal++) {
        if (finder->kind[*literal] == PASSED_OVER)
            continue;
        if (i)
            finder_note(finder, before, *literal, i - 1);
        before = *literal;
        i++;
    }
}

/* True when a literal begins there. */
static int begins_literal(const Finder *finder, const byte *text, int size)
{
    int state = 0;
    for (int i = 0; i < size; i++) {
        state = finder->next[state * finder->kinds + finder->kind[text[i]]];
        if (!state)
            return 0;
        if (finder->ends[state])
            return 1;
    }
    return 0;
}

/* Two pairs that overlap are looked at, every few bytes: in a literal they stand one behind the
   other, and of the first ones of a literal one ends at a multiple of the step. Where they may, the
   pair before them has to be that literal's too, and the pair behind them. */
static int holds_literal(const Finder *finder, const byte *text, int size)
{
    const int step = finder_step(finder);
    const unsigned last = ~0u << (step - 1); /* these have no pair behind that is noted */
    for (int end = step; end + 1 < size; end += step) {
        unsigned places = finder->pairs[two(text + end - 1)];
        places &= finder->pairs[two(text + end)] >> 1;
        if (!places)
            continue;
        if (end > 1)
            places &= 1u | (unsigned)finder->pairs[two(text + end - 2)] << 1;
        if (end + 2 < size)
            places &= last | finder->pairs[two(text + end + 1)] >> 2;
        for (int start = end - 1; places; start--, places >>= 1)
            if ((places & 1) && begins_literal(finder, text + start, size - start))
                return 1;
    }
    return 0;
}

/* Copy the bytes that are not passed over; up to a word more is written. Returns how many. */
static int squeeze(const Finder *finder, const byte *b, place from, place to, byte *text)
{
    byte *out = text;
    while (to - from >= WORD) {
        memcpy(out, b + from, sizeof(word));
        word mask = below(load(b + from), ' ' + 1);
        int whole = mask ? first_of(mask) : WORD;
        out += whole;
        from += whole;
        if (!mask)
            continue;
        if (finder->kind[b[from]] != PASSED_OVER) { /* a control character */
            *out++ = b[from++];
            continue;
        }
        while (from < to && finder->kind[b[from]] == PASSED_OVER)
            from++;
    }
    while (from < to) {
        *out = b[from++];
        out += finder->kind[*out] != PASSED_OVER;
    }
    return (int)(out - text);
}

/* True when a literal may stand in the bytes. */
static int finds_literal(const Finder *finder, const byte *b, place from, place to)
{
    byte text[LONGEST_LITERAL + BLOCK + sizeof(word)];
    int size = 0;
    if (!finder->longest)
        return 0; /* there are no literals */
    while (from < to) {
        place end = to - from > BLOCK ? from + BLOCK : to;
        size += squeeze(finder, b, from, end, text + size);
        from = end;
        if (holds_literal(finder, text, size))
            return 1;
        /* One may have begun that goes on in the next block. */
        int keep = size < finder->longest ? size : finder->longest - 1;
        memmove(text, text + size - keep, (size_t)keep);
        size = keep;
    }
    return 0;
}

/* True when a quoted absolute URL stands there: what catalogue/loaders.py looks for. */
static int names_url(const byte *b, place from, place to)
{
    for (place at = from; (at = find(b, at, to - 1, '/')) >= 0; at++) {
        if (b[at + 1] != '/' && !(b[at + 1] == '\\' && at + 2 < to && b[at + 2] == '/'))
            continue;
        place start = at - (at > from && b[at - 1] == '\\');
        if (start - from >= 5 && b[start - 1] == ':') {
            if (alike(b + start - 5, "http", 4))
                start -= 5;
            else if (start - from >= 6 && alike(b + start - 6, "https", 5))
                start -= 6;
        }
        if (start > from && same_quote(b[start - 1]) == '\'')
            return 1;
    }
    return 0;
}

/* True when a script's tag may say that its content is a list of URLs: that is read otherwise. */
static int lists_urls(const byte *tag, place size)
{
    for (place at = 0; at < size; at++)
        if (tag[at] == '&' || (size - at > 9 && alike(tag + at, "importmap", 9)) ||
            (size - at > 16 && alike(tag + at, "speculationrules", 16)))
            return 1;
    return 0;
}

/* True when there is certainly nothing to be found. */
static int finder_silent(const Finder *finder, const byte *b, place from, place to)
{
    return !finds_literal(finder, b, from, to) && !names_url(b, from, to);
}

#endif
