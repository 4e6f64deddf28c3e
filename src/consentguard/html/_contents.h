/* Elements whose content is looked at as a whole: script and style.

   The twin of contents.py. */

#ifndef CONSENTGUARD_CONTENTS_H
#define CONSENTGUARD_CONTENTS_H

#include "_stream.h"

/* Go on at an end tag; where the end of the file cut the content, stay in its text. */
static int leave(Core *core, place end)
{
    if (core->begun.space == IN_HTML && end == core->size) {
        core->raw = core->begun.id;
        return to(core, TEXT, end);
    }
    return to(core, DATA, end);
}

static int is_blank(const byte *b, place from, place to)
{
    while (from < to && (CLASS[b[from]] & SPACE))
        from++;
    return from == to;
}

/* css.py: true when a sheet may hold a URL. */
static int may_load(const byte *b, place from, place to, int coded)
{
    if (find(b, from, to, '\\') >= 0 || find(b, from, to, 0) >= 0 ||
        (coded && (find(b, from, to, '&') >= 0 || find(b, from, to, '<') >= 0)))
        return 1;
    for (place at = from; (at = find(b, at, to, '(')) >= 0; at++)
        if ((at - from >= 3 && (alike(b + at - 3, "url", 3) || alike(b + at - 3, "src", 3))) ||
            (at - from >= 9 && alike(b + at - 9, "image-set", 9)))
            return 1;
    for (place at = from; (at = find(b, at, to, '@')) >= 0; at++)
        if (to - at > 6 && alike(b + at + 1, "import", 6))
            return 1;
    return 0;
}

/* True where such a comment or section begins. */
static int opens(const byte *b, place from, place to, const char *word)
{
    place length = (place)strlen(word);
    for (place at = from; (at = find(b, at, to - length + 1, '<')) >= 0; at++)
        if (memcmp(b + at, word, (size_t)length) == 0)
            return 1;
    return 0;
}

static int core_ends_at(const Core *core, place at, int id)
{
    place most = at + core->tables->known[id].length + 3;
    const Known *name = &core->tables->known[id];
    return raw_end(core->b, at, most < core->size ? most : core->size, name->text, name->length) ==
           at;
}

/* True where anything but text and sections is in a sheet, or a character reference. */
static int is_odd_sheet(const byte *b, place from, place to)
{
    for (place at = from; at < to; at++) {
        if (b[at] == '&' || (b[at] == '<' && !is_open_section(b, at, to)))
            return 1;
        if (b[at] == '<' && (at = section_end(b, at + 9, to) - 1) < 0)
            return 1;
    }
    return 0;
}

/* True when that text is other text, or of another length, to a reader without namespaces. */
static int parts(const Core *core, place end)
{
    place from = core->begun.end;
    const Known *name = &core->tables->known[core->begun.id];
    return !(end == core->size || core_ends_at(core, end, core->begun.id)) ||
           raw_end(core->b, from, end, name->text, name->length) >= 0 ||
           (core->begun.id == E_STYLE ? is_odd_sheet(core->b, from, end)
                                      : opens(core->b, from, end, "<!--"));
}

/* Report that there a reader without namespaces would go another way. */
static void split(Core *core, const Found *begun)
{
    Found one = {
        .what = S_ASIDE,
        .whole = 1,
        .id = begun->id,
        .start = begun->end,
        .end = begun->end,
        .stop = begun->end,
    };
    report(core, &one);
}

/* Report that a browser in a frameset would read on there in another way. */
static void leave_framesets(Core *core, place at)
{
    Found one = {
        .what = S_FRAMED, .whole = 1, .id = E_FRAMESET, .start = at, .end = at, .stop = at};
    for (; core->framesets; core->framesets--)
        report(core, &one);
}

static int sheet(Core *core, place end)
{
    if ((end < 0 ? core->size : end) - core->begun.end > core->tables->token_limit) {
        core->settled = core->begun.end;
        return end_here(core);
    }
    if (end < 0)
        return 0;
    place from = core->begun.end;
    int coded = core->begun.space != IN_HTML;
    if (coded && !core->begun.broken && parts(core, end)) {
        split(core, &core->begun);
        core->begun.broken = opens(core->b, from, end, "<![CDATA[");
    }
    if (core->begun.broken ? !is_blank(core->b, from, end) : may_load(core->b, from, end, coded)) {
        Found one = core->begun;
        one.what = S_STYLE;
        one.stop = end;
        report(core, &one);
    }
    return leave(core, end);
}

static int state_sheet(Core *core)
{
    place found = element_end(core, E_STYLE, &core->clear_style);
    return sheet(core, found < 0 && core->final ? core->size : found);
}

static int state_foreign_sheet(Core *core) { return sheet(core, text_run(core)); }

static place html_script(Core *core)
{
    core->examined += core->size - core->script.at;
    place end = script_end(&core->script, core->b, core->size);
    core->cut = end < 0 && core->final;
    return core->cut ? core->size : end;
}

/* True when a script's type, as it is usually written, says that nobody runs or reads it. */
static int is_data(const Tables *tables, const byte *b, const Found *tag)
{
    Attribute one;
    place at = tag->name_end;
    while (attribute(b, &at, tag->end, &one))
        /* Of two attributes with one name the first counts. */
        if (one.end - one.start == 4 && alike(b + one.start, "type", 4)) {
            for (int i = 0; i < tables->data_count; i++)
                if (one.value_end - one.value_start == tables->data_length[i] &&
                    alike(b + one.value_start, tables->data[i], tables->data_length[i]))
                    return 1;
            return 0;
        }
    return 0;
}

/* True when nothing is to be found in a script, which the finder tells for certain. */
static int is_silent(const Core *core, const Found *one)
{
    const byte *b = core->b;
    if (!core->finder || !one->whole || one->space != IN_HTML)
        return 0;
    if (is_data(core->tables, b, one))
        return 1;
    return !lists_urls(b + one->start, one->end - one->start) &&
           finder_silent(core->finder, b, one->end, one->stop);
}

/* Report a script whose end, or whose limit, has come; false when neither has. */
static int read_script(Core *core, place end, int broken)
{
    place limit = core->begun.end + core->tables->script_limit;
    if (end < 0 && core->size <= limit + LOOKAHEAD)
        return 0;
    Found one = core->begun;
    one.what = S_SCRIPT;
    one.whole = end >= 0 && end <= limit;
    one.stop = one.whole ? end : limit;
    one.broken = one.whole && broken;
    one.silent = is_silent(core, &one);
    report(core, &one);
    return 1;
}

static int state_code(Core *core)
{
    place end = html_script(core);
    if (!read_script(core, end, 0))
        return 0;
    return end >= 0 ? to(core, DATA, end) : to(core, LONG_CODE, core->script.at);
}

static int state_long_code(Core *core)
{
    place end = html_script(core);
    if (end >= 0)
        return to(core, DATA, end);
    core->settled = core->script.at;
    return 0;
}

static int ends_script(const Core *core, place at)
{
    return core->size - at > 8 && core->b[at + 1] == '/' && alike(core->b + at + 2, "script", 6) &&
           (CLASS[core->b[at + 8]] & ENDS_NAME);
}

/* In svg a script's content is markup: its text is whole up to the first tag only. */
static int state_foreign_code(Core *core)
{
    place end = text_run(core);
    int ended = end >= 0 && (end == core->size || ends_script(core, end));
    if (!read_script(core, end, !ended))
        return 0;
    place from = core->begun.end, limit = from + core->tables->script_limit;
    if (end >= 0 && end <= limit && !parts(core, end))
        return to(core, DATA, end);
    split(core, &core->begun);
    return to(core, DATA, from);
}

/* In svg: what a reader without namespaces takes for text, behind a title's start tag. */
static int state_foreign_text(Core *core)
{
    const byte *b = core->b;
    const Known *name = &core->tables->known[core->begun.id];
    place at = find(b, core->text_at, core->size, '<'), left = core->size - at;
    int open = at < 0 || left == 1 ||
               (b[at + 1] == '/' && left <= name->length + 2 &&
                alike(b + at + 2, name->text, left - 2));
    if (open) {
        if (core->size - core->begun.end > core->tables->token_limit)
            return end_here(core);
        core->text_at = at < 0 ? core->size : at;
        if (!core->final)
            return 0;
    }
    if (at >= 0 && !core_ends_at(core, at, core->begun.id))
        split(core, &core->begun);
    return to(core, DATA, core->begun.end);
}

#endif
