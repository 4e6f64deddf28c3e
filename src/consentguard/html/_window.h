/* Where "<", ">" and quotes stand, known before it is asked.

   How far away the next one is cannot be guessed, and a processor that guessed wrong begins again.
   So 64 bytes are looked at as a whole, whatever stands in them, and then it is bits in a register
   that are asked. */

#ifndef CONSENTGUARD_WINDOW_H
#define CONSENTGUARD_WINDOW_H

#include "_bytes.h"

#if defined(__SSE2__)

enum { WINDOW = 64, VECTOR = sizeof(__m128i) };

typedef struct {
    const byte *b;
    place size, base;
    uint64_t opens, stops; /* a bit for each byte from the base */
} Window;

static inline Window window_of(const byte *b, place size)
{
    return (Window){.b = b, .size = size, .base = PY_SSIZE_T_MAX};
}

static inline uint64_t marked(__m128i found, int at)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(found) << at;
}

/* The last bytes, with nulls behind them. */
static const byte *padded(const byte *from, place length, byte *copy)
{
    memset(copy, 0, WINDOW);
    return memcpy(copy, from, (size_t)length);
}

static inline void window_read(Window *window, place at)
{
    byte last[WINDOW];
    const byte *from = window->b + at;
    uint64_t opens = 0, stops = 0;
    if (window->size - at < WINDOW)
        from = padded(from, window->size - at, last);
    for (int i = 0; i < WINDOW; i += VECTOR) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(from + i));
        __m128i stop = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('>'));
        stop = _mm_or_si128(stop, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
        stop = _mm_or_si128(stop, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\'')));
        stops |= marked(stop, i);
        opens |= marked(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('<')), i);
    }
    window->base = at;
    window->opens = opens;
    window->stops = stops;
}

static inline place window_find(Window *window, place at, int stop)
{
    for (;;) {
        size_t in = (size_t)at - (size_t)window->base;
        if (in < WINDOW) {
            uint64_t marks = (stop ? window->stops : window->opens) >> in;
            if (marks)
                return at + __builtin_ctzll(marks);
            at = window->base + WINDOW;
        }
        if (at >= window->size)
            return -1;
        window_read(window, at);
    }
}

/* The next "<" from there on, or -1. */
static inline place window_open(Window *window, place at) { return window_find(window, at, 0); }

/* The next ">" or quote of any kind, or -1: that it is not known. */
static inline place window_stop(Window *window, place at) { return window_find(window, at, 1); }

#endif

#endif
