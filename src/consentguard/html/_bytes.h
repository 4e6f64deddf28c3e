/* Bytes: their classes, and where the next one of a kind stands. */

#ifndef CONSENTGUARD_BYTES_H
#define CONSENTGUARD_BYTES_H

#include <stdint.h>
#include <string.h>
#if defined(_MSC_VER)
#include <intrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

typedef unsigned char byte;
typedef Py_ssize_t place; /* an index into the buffer */

enum { SPACE = 1, LETTER = 2, ENDS_NAME = 4, ENDS_ATTRIBUTE = 8 };

/* Space: tab, newline, form feed, carriage return, blank. They, "/" and ">" end a tag's name, and
   "=" an attribute's. */
static const byte CLASS[256] = {
    ['\t'] = SPACE | ENDS_NAME | ENDS_ATTRIBUTE,
    ['\n'] = SPACE | ENDS_NAME | ENDS_ATTRIBUTE,
    ['\f'] = SPACE | ENDS_NAME | ENDS_ATTRIBUTE,
    ['\r'] = SPACE | ENDS_NAME | ENDS_ATTRIBUTE,
    [' '] = SPACE | ENDS_NAME | ENDS_ATTRIBUTE,
    ['/'] = ENDS_NAME | ENDS_ATTRIBUTE,
    ['>'] = ENDS_NAME | ENDS_ATTRIBUTE,
    ['='] = ENDS_ATTRIBUTE,
    ['a'] = LETTER, ['b'] = LETTER, ['c'] = LETTER, ['d'] = LETTER, ['e'] = LETTER,
    ['f'] = LETTER, ['g'] = LETTER, ['h'] = LETTER, ['i'] = LETTER, ['j'] = LETTER,
    ['k'] = LETTER, ['l'] = LETTER, ['m'] = LETTER, ['n'] = LETTER, ['o'] = LETTER,
    ['p'] = LETTER, ['q'] = LETTER, ['r'] = LETTER, ['s'] = LETTER, ['t'] = LETTER,
    ['u'] = LETTER, ['v'] = LETTER, ['w'] = LETTER, ['x'] = LETTER, ['y'] = LETTER,
    ['z'] = LETTER, ['A'] = LETTER, ['B'] = LETTER, ['C'] = LETTER, ['D'] = LETTER,
    ['E'] = LETTER, ['F'] = LETTER, ['G'] = LETTER, ['H'] = LETTER, ['I'] = LETTER,
    ['J'] = LETTER, ['K'] = LETTER, ['L'] = LETTER, ['M'] = LETTER, ['N'] = LETTER,
    ['O'] = LETTER, ['P'] = LETTER, ['Q'] = LETTER, ['R'] = LETTER, ['S'] = LETTER,
    ['T'] = LETTER, ['U'] = LETTER, ['V'] = LETTER, ['W'] = LETTER, ['X'] = LETTER,
    ['Y'] = LETTER, ['Z'] = LETTER,
};

static inline byte lower(byte c) { return (CLASS[c] & LETTER) ? (byte)(c | 32) : c; }

/* True when the bytes are that word, in any case; the word is in lower case. */
static inline int alike(const byte *bytes, const char *word, place length)
{
    for (place i = 0; i < length; i++)
        if (lower(bytes[i]) != (byte)word[i])
            return 0;
    return 1;
}

/* ---- eight bytes at a time ------------------------------------------------------------------- */

typedef uint64_t word;

/* In a mask a byte that was looked for has its high bit. Exact is the lowest: above it a borrow may
   mark others (H. Warren, "Hacker's Delight", 6-1). */
#define EVERY(c) (UINT64_C(0x0101010101010101) * (byte)(c))

static inline word below(word bytes, byte c) /* c: 128 at most */
{
    return (bytes - EVERY(c)) & ~bytes & EVERY(128);
}

static inline word equal(word bytes, byte c) { return below(bytes ^ EVERY(c), 1); }

static inline word load(const byte *b)
{
    word bytes;
    memcpy(&bytes, b, sizeof bytes);
    return bytes;
}

/* How many bytes stand before the first that is marked; where bytes of a word are counted from its
   other end, no word is looked at. */
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { WORD = sizeof(word) };
static inline int first_of(word mask) { return __builtin_ctzll(mask) >> 3; }
#elif defined(_MSC_VER) && defined(_M_X64)
enum { WORD = sizeof(word) };
static inline int first_of(word mask)
{
    unsigned long bit;
    _BitScanForward64(&bit, mask);
    return (int)(bit >> 3);
}
#else
#define WORD PY_SSIZE_T_MAX
static inline int first_of(word mask) { return (int)mask * 0; }
#endif

/* The index of a byte, or -1. */
static inline place find(const byte *b, place from, place to, byte c)
{
    const byte *found = from < to ? memchr(b + from, c, (size_t)(to - from)) : NULL;
    return found ? (place)(found - b) : -1;
}

/* The same of a byte that is likely near: a call takes longer than a look at a few words. */
static inline place find_near(const byte *b, place from, place to, byte c)
{
#if defined(__SSE2__)
    const __m128i every = _mm_set1_epi8((char)c);
    for (; to - from >= 32; from += 32) {
        const __m128i *at = (const __m128i *)(const void *)(b + from);
        unsigned low = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(at), every));
        unsigned high = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(at + 1), every));
        if (low | high)
            return from + __builtin_ctz(low | high << 16);
    }
#endif
    for (int i = 0; i < 4 && to - from >= WORD; i++, from += WORD) {
        word mask = equal(load(b + from), c);
        if (mask)
            return from + first_of(mask);
    }
    return find(b, from, to, c);
}

/* Of the next bytes those that may end a name: white space and controls, "/", ">", maybe "=". */
#if defined(__SSE2__)
typedef unsigned Marked;
enum { WIDE = sizeof(__m128i) };
static inline Marked may_end(const byte *b, int value)
{
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)b);
    __m128i found = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes);
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('>')));
    if (value)
        found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('=')));
    return (Marked)_mm_movemask_epi8(found);
}
static inline int first_end(Marked found) { return __builtin_ctz(found); }
#else
typedef word Marked;
#define WIDE WORD
static inline Marked may_end(const byte *b, int value)
{
    word bytes = load(b);
    word found = below(bytes, ' ' + 1) | equal(bytes, '/') | equal(bytes, '>');
    return value ? found | equal(bytes, '=') : found;
}
static inline int first_end(Marked found) { return first_of(found); }
#endif

/* The first byte of that class, which ends a tag's name or an attribute's, or the end. */
static inline place ends(const byte *b, place at, place size, int class)
{
    while (size - at >= WIDE) {
        Marked found = may_end(b + at, class == ENDS_ATTRIBUTE);
        at += found ? first_end(found) : WIDE;
        if (!found)
            continue;
        if (CLASS[b[at]] & class)
            return at;
        at++; /* a control character */
    }
    while (at < size && !(CLASS[b[at]] & class))
        at++;
    return at;
}

#endif
