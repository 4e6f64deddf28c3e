/* The tokenizer: the same spans as scanner.py, at the speed of memchr.

   scanner.py says what it does and why; each function here is named after its twin there, in
   stream.py or in contents.py. Where the two differ, scanner.py is right.

   A Core is one tokenizer over bytes that somebody else holds: a scanner's buffer, or the content of
   a noscript inside of it. Spans are gathered as numbers. */

#ifndef CONSENTGUARD_CORE_H
#define CONSENTGUARD_CORE_H

#include "_finder.h"
#include "_grammar.h"
#include "_plain.h"
#include "_tree.h"

enum { S_TAG, S_SCRIPT, S_STYLE, S_END, S_DOCTYPE, S_SPLIT, S_KINDS }; /* spans.What */

typedef struct {
    int what, space, in_template, whole, broken, silent;
    int id; /* NOTHING for no name, OTHER for one that stands in the buffer behind "<" */
    place start, name_end, end, stop;
} Found;

enum {
    DATA,
    CUT_TAG,
    BOGUS,
    COMMENT,
    CDATA,
    TEXT,
    PLAIN,
    SHEET,
    FOREIGN_SHEET,
    CODE,
    LONG_CODE,
    FOREIGN_CODE,
    FOREIGN_TEXT,
    NO_SCRIPT
};

enum { LOOKAHEAD = 16, PIECES = 256 };

typedef struct {
    const Tables *tables;
    const Finder *finder;
    const byte *b;
    place size, offset, settled;
    int state, overflow, final, scripting, count; /* count: the stack is kept of the whole page */
    long long steps, examined;
    int raw;      /* element whose text is being read */
    Found begun;  /* the start tag of an element whose content is being read */
    TagEnd tag;
    ScriptEnd script;
    place clear_style, clear_noscript, text_at, text_wait;
    int met; /* in a CDATA section: ">", and "<" behind that */
    int templates, torn, framesets;
    int cut; /* the end of the file cut a script */
    Tree tree;
    PyObject *past; /* a list of bytes: the page so far, while it may have to be read again */
    int remembers;
    Found *found;
    int found_size, found_room;
    int failed; /* out of memory */
} Core;

static void core_begin(Core *core, const Tables *tables, int scripting, int count)
{
    memset(core, 0, sizeof *core);
    core->tables = tables;
    core->scripting = scripting;
    core->count = count;
    core->remembers = !count;
    tree_begin(&core->tree, tables);
    if (count) {
        Name html;
        name_set(&html, tables, E_HTML);
        push(&core->tree, &html, IN_HTML, NO_POINT);
    }
}

static void core_clear(Core *core)
{
    tree_clear(&core->tree);
    Py_CLEAR(core->past);
    PyMem_Free(core->found);
}

static void forget_past(Core *core)
{
    Py_CLEAR(core->past);
    core->remembers = 0;
}

/* The page so far as one object, or NULL. */
static PyObject *joined_past(const Core *core)
{
    return PyObject_CallMethod(core->tables->no_bytes, "join", "(O)", core->past);
}

/* Keep what comes in, as it is: most pages are never read again. */
static void remember(Core *core, PyObject *data)
{
    if (!core->remembers)
        return;
    if (!core->past)
        core->past = PyList_New(0);
    PyObject *piece = core->past ? PyBytes_FromObject(data) : NULL;
    core->failed = core->failed || !piece || PyList_Append(core->past, piece) < 0;
    Py_XDECREF(piece);
    if (!core->failed && PyList_Size(core->past) > PIECES) {
        /* An object for each few bytes would take more room than they do. */
        PyObject *joined = joined_past(core);
        core->failed = !joined || PyList_SetSlice(core->past, 0, PIECES + 1, NULL) < 0 ||
                       PyList_Append(core->past, joined) < 0;
        Py_XDECREF(joined);
    }
    if (core->offset > core->tables->memory)
        forget_past(core);
}

static void report(Core *core, const Found *one)
{
    if (!grow((void **)&core->found, core->found_size, &core->found_room, sizeof(Found))) {
        core->failed = 1;
        return;
    }
    core->found[core->found_size++] = *one;
}

static int to(Core *core, int state, place settled)
{
    core->state = state;
    core->settled = settled;
    return 1;
}

static int pass(Core *core, place end)
{
    core->examined += end - core->settled;
    core->settled = end;
    return 0;
}

static int end_here(Core *core)
{
    core->overflow = 1;
    return 0;
}

/* Where an end tag may have begun that is not whole yet, or the end. */
static place held(const Core *core, place start, place length)
{
    place from = core->size - length > start ? core->size - length : start;
    if (!core->final)
        for (place at = core->size - 1; at >= from; at--)
            if (core->b[at] == '<')
                return at;
    return core->size;
}

static place core_raw_end(const Core *core, place from, int id)
{
    const Known *name = &core->tables->known[id];
    return raw_end(core->b, from, core->size, name->text, name->length);
}

/* ---- states that wait for an end alone (stream.py) ------------------------------------------- */

static int state_cut_tag(Core *core)
{
    place start = core->settled;
    core->examined += core->size - core->tag.at;
    int done = tag_end(&core->tag, core->b, core->size);
    if ((done ? core->tag.at : core->size) - start > core->tables->token_limit)
        return end_here(core);
    return done ? to(core, DATA, start) : 0;
}

static int state_bogus(Core *core)
{
    place at = find(core->b, core->settled, core->size, '>');
    if (at < 0)
        return pass(core, core->size);
    pass(core, at + 1);
    return to(core, DATA, at + 1);
}

static int state_comment(Core *core)
{
    place end = comment_end(core->b, core->settled, core->size);
    if (end >= 0) {
        pass(core, end);
        return to(core, DATA, end);
    }
    place left = core->size - core->settled, keep = 0;
    const byte *last = core->b + core->size;
    if (!core->final) {
        if (left >= 3 && last[-3] == '-' && last[-2] == '-' && last[-1] == '!')
            keep = 3;
        else if (left >= 2 && last[-2] == '-' && last[-1] == '-')
            keep = 2;
        else if (left >= 1 && last[-1] == '-')
            keep = 1;
    }
    return pass(core, core->size - keep);
}

/* Report what is markup behind ">" to a reader without namespaces; text ends at `last`. */
static void split_section(Core *core, place last, place stop)
{
    place at = core->settled;
    int begins = core->met < 2;
    if (!core->met) {
        at = find(core->b, at, last, '>');
        core->met += at >= 0;
    }
    if (core->met == 1) {
        at = find(core->b, at, last, '<');
        core->met += at >= 0;
    }
    if (core->met == 2 && at < stop) {
        Found one = {
            .what = S_SPLIT,
            .whole = last < stop,
            .broken = begins,
            .id = NOTHING,
            .start = at,
            .end = stop,
            .stop = stop,
        };
        report(core, &one);
    }
}

static int state_cdata(Core *core)
{
    place end = section_end(core->b, core->settled, core->size);
    if (end >= 0) {
        split_section(core, end - 3, end);
        pass(core, end);
        return to(core, DATA, end);
    }
    place keep = 0;
    while (!core->final && keep < 2 && core->size - keep > core->settled &&
           core->b[core->size - keep - 1] == ']')
        keep++;
    split_section(core, core->size - keep, core->size - keep);
    return pass(core, core->size - keep);
}

static int state_text(Core *core)
{
    place end = core_raw_end(core, core->settled, core->raw);
    if (end >= 0) {
        pass(core, end);
        return to(core, DATA, end);
    }
    return pass(core, held(core, core->settled, core->tables->known[core->raw].length + 2));
}

/* Where the next end tag of that name begins, or -1 when it has not come. */
static place element_end(Core *core, int id, place *clear)
{
    place at = core->begun.end > *clear ? core->begun.end : *clear;
    place found = core_raw_end(core, at, id);
    place end = found >= 0 ? found : held(core, at, core->tables->known[id].length + 2);
    core->examined += end - at;
    *clear = end;
    return found;
}

static int is_open_section(const byte *b, place at, place size)
{
    return size - at >= 9 && memcmp(b + at, "<![CDATA[", 9) == 0;
}

/* In svg: behind one piece of text, comment or section that stands at `at` whole; or `at`. */
static place text_piece(const byte *b, place at, place size)
{
    if (b[at] != '<') {
        place next = find(b, at, size, '<');
        return next < 0 ? size : next;
    }
    if (at + 1 >= size)
        return at;
    byte second = b[at + 1];
    place end;
    if (is_open_section(b, at, size))
        end = section_end(b, at + 9, size);
    else if (second == '!' && size - at >= 4 && b[at + 2] == '-' && b[at + 3] == '-') {
        if (size - at >= 5 && b[at + 4] == '>')
            end = at + 5;
        else if (size - at >= 6 && b[at + 4] == '-' && b[at + 5] == '>')
            end = at + 6;
        else
            end = comment_end(b, at + 4, size);
    } else if (second == '!' || second == '?' ||
               (second == '/' && at + 2 < size && !(CLASS[b[at + 2]] & LETTER)))
        end = find(b, at + 2, size, '>') + 1;
    else if (second == '/' || (CLASS[second] & LETTER))
        return at;
    else
        end = at + 1;
    return end > 0 ? end : at;
}

/* True where that stopped at what is begun only, or may yet become something else than a tag. */
static int unfinished(const byte *b, place at, place size)
{
    place left = size - at;
    if (left < 2 || b[at + 1] == '!' || b[at + 1] == '?')
        return 1;
    if (b[at + 1] != '/')
        return 0;
    if (left == 2 || !(CLASS[b[at + 2]] & LETTER))
        return 1;
    for (place i = at + 2; i < size; i++)
        if (!(CLASS[b[i]] & LETTER))
            return 0;
    return left <= 8;
}

/* In svg: where the text that is being read ends, at a tag; -1 when that has not come. */
static place text_run(Core *core)
{
    if (core->size < core->text_wait && !core->final)
        return -1;
    place at = core->text_at, next;
    while (at < core->size && (next = text_piece(core->b, at, core->size)) > at)
        at = next;
    int cut = unfinished(core->b, at, core->size);
    core->examined += (cut ? core->size : at) - core->text_at;
    core->text_at = at;
    if (!cut)
        return at;
    core->text_wait = core->size + (core->size - at);
    return core->final ? core->size : -1;
}

/* ---- elements whose content is looked at as a whole (contents.py) ---------------------------- */

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
    if (find(b, from, to, '\\') >= 0 ||
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
        .what = S_SPLIT,
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
        .what = S_SPLIT, .whole = 1, .id = E_FRAMESET, .start = at, .end = at, .stop = at};
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

/* ---- the data state and what it leads to (scanner.py) ---------------------------------------- */

static int run(Core *core);

/* True when something was begun of which all that may come is a part, to its end. */
static int unended(const Core *core)
{
    int quoted = core->tag.state == IN_DOUBLE || core->tag.state == IN_SINGLE;
    int text = core->state == CUT_TAG ? quoted : core->state != DATA;
    return text || core->tree.strangers || core->cut;
}

/* 13.2.6.4.4: text for a browser with scripting, markup for one without; both are right. */
static int state_noscript(Core *core)
{
    place end = element_end(core, E_NOSCRIPT, &core->clear_noscript), start = core->begun.end;
    if (end < 0 && core->final)
        end = core->size;
    if ((end < 0 ? core->size : end) - start > core->tables->token_limit) {
        core->settled = start;
        return end_here(core);
    }
    if (end < 0)
        return 0;
    Core inner;
    core_begin(&inner, core->tables, 0, 0);
    inner.finder = core->finder;
    inner.b = core->b + start;
    inner.size = end - start;
    PyObject *content = PyBytes_FromStringAndSize((const char *)inner.b, inner.size);
    if (content)
        remember(&inner, content);
    inner.failed = inner.failed || !content;
    Py_XDECREF(content);
    run(&inner);
    inner.final = 1;
    if (!inner.overflow)
        run(&inner);
    core->examined += inner.examined;
    core->failed = core->failed || inner.failed;
    if (inner.overflow) {
        core_clear(&inner);
        core->settled = start;
        return end_here(core);
    }
    if (unended(&inner) || (core->tree.strangers && find(core->b, start, end, '<') >= 0)) {
        Found one = core->begun;
        one.what = S_SPLIT;
        one.start = start;
        one.end = one.stop = end;
        report(core, &one);
        core_clear(&inner);
        return leave(core, end);
    }
    core->framesets += inner.framesets;
    for (int i = 0; i < inner.found_size; i++) {
        Found one = inner.found[i];
        if (one.what == S_END || one.what == S_DOCTYPE)
            continue;
        one.start += start;
        one.name_end += start;
        one.end += start;
        one.stop += start;
        one.in_template = one.in_template || core->begun.in_template;
        report(core, &one);
    }
    /* Without scripting a tag that the end tag cuts goes on behind it. */
    place at = start + inner.settled, name = at + 1;
    core_clear(&inner);
    if (name < end && core->b[at] == '<' && (CLASS[core->b[name]] & LETTER)) {
        while (name < end && !(CLASS[core->b[name]] & ENDS_NAME))
            name++;
        if (name < end) {
            Found one = {
                .what = S_TAG,
                .in_template = core->begun.in_template,
                .id = OTHER,
                .start = at,
                .name_end = name,
                .end = end,
                .stop = end,
            };
            report(core, &one);
        }
    }
    return leave(core, end);
}

/* Learn what is open, from the page so far. */
static void look_outside(Core *core, place begin, const Name *name)
{
    if (!core->remembers || core->offset + begin > core->tables->memory) {
        if ((name->flags & USUAL) && !inside_point(&core->tree))
            close_at(&core->tree, 0);
        return;
    }
    PyObject *past = joined_past(core);
    char *b;
    place length;
    if (!past || PyBytes_AsStringAndSize(past, &b, &length) < 0) {
        Py_XDECREF(past);
        core->failed = 1;
        return;
    }
    Core again;
    core_begin(&again, core->tables, core->scripting, 1);
    again.b = (const byte *)b;
    again.size = core->offset + begin;
    run(&again);
    Py_DECREF(past);
    core->examined += again.examined;
    core->steps += again.steps;
    core->failed = core->failed || again.failed;
    Tree learnt = again.tree;
    again.tree = core->tree;
    core->tree = learnt;
    core_clear(&again);
    core->count = 1;
    forget_past(core);
}

/* True when the value of an `encoding` makes annotation-xml an integration point. */
static int html_encoding(Core *core, const Attribute *one)
{
    const Tables *tables = core->tables;
    PyObject *raw = PyBytes_FromStringAndSize((const char *)core->b + one->value_start,
                                              one->value_end - one->value_start);
    PyObject *text =
        raw ? PyObject_CallFunctionObjArgs(tables->decode, raw, tables->latin1, NULL) : NULL;
    PyObject *low = text ? PyObject_CallMethod(text, "lower", NULL) : NULL;
    int found = low ? PySequence_Contains(tables->encodings, low) : -1;
    Py_XDECREF(raw);
    Py_XDECREF(text);
    Py_XDECREF(low);
    if (found < 0)
        core->failed = 1;
    return found > 0;
}

static int in_namespace(Core *core, const Tag *tag)
{
    Tree *tree = &core->tree;
    int id = tag->name.id, breaks = 0, html = 0, encoded = 0;
    if (!tree->size && id != E_SVG && id != E_MATH)
        return IN_HTML;
    if (id == E_FONT || id == E_ANNOTATION_XML) {
        Attribute one;
        place at = tag->name_end;
        while (attribute(core->b, &at, tag->end, &one)) {
            const byte *text = core->b + one.start;
            place length = one.end - one.start;
            breaks = breaks || (length == 5 && alike(text, "color", 5)) ||
                     (length == 4 && (alike(text, "face", 4) || alike(text, "size", 4)));
            if (!encoded && length == 8 && alike(text, "encoding", 8)) {
                encoded = 1; /* of two attributes with one name the first counts */
                html = id == E_ANNOTATION_XML && html_encoding(core, &one);
            }
        }
    }
    int space =
        tree_start(tree, &tag->name, tag->closed, breaks && id == E_FONT, html);
    core->failed = core->failed || tree->failed;
    return space;
}

static Found found_tag(const Tag *tag, int what, int space)
{
    return (Found){
        .what = what,
        .space = space,
        .whole = 1,
        .id = tag->name.id,
        .start = tag->start,
        .name_end = tag->name_end,
        .end = tag->end,
        .stop = tag->end,
    };
}

static void core_end_tag(Core *core, const Tag *tag)
{
    if (!tree_end(&core->tree, &tag->name) || inside_point(&core->tree))
        return;
    if (tag->name.id == E_TEMPLATE)
        core->templates -= core->templates > 0;
    else if ((tag->name.id == E_BODY || tag->name.id == E_HTML) && !core->templates) {
        Found one = found_tag(tag, S_END, IN_HTML);
        report(core, &one);
    }
}

/* Report that who knows other elements around these may not close them here. */
static void end_drawings(Core *core, int id, int count, place at)
{
    Found one = {
        .what = S_SPLIT, .whole = 1, .broken = 1, .id = id, .start = at, .end = at, .stop = at};
    while (count-- > 0)
        report(core, &one);
}

static void begin_text(Core *core, const Found *one)
{
    core->begun = *one;
    core->text_at = core->text_wait = one->end;
}

/* Read on behind a tag whose content a reader without namespaces takes for text. */
static int aside(Core *core, const Found *one)
{
    if (core->tree.sheets || one->id == E_STYLE) {
        split(core, one);
        return 0;
    }
    if (core->tree.size > core->tables->depth_limit)
        return !end_here(core);
    begin_text(core, one);
    core->state = FOREIGN_TEXT;
    return 1;
}

/* Report the tag if it matters; true when its content is not markup. */
static int start_tag(Core *core, const Tag *tag)
{
    if (core->framesets && (tag->name.flags & UNFRAMED))
        leave_framesets(core, tag->start);
    int id = tag->name.id, space = in_namespace(core, tag);
    Found one = found_tag(tag, S_TAG, space);
    one.in_template = core->templates > 0;
    if (id == E_SCRIPT && (space == IN_HTML || !tag->closed)) {
        core->settled = tag->start;
        if (space != IN_HTML && core->tree.size > core->tables->depth_limit)
            return !end_here(core);
        begin_text(core, &one);
        core->script.at = tag->end;
        core->script.escaped = 0;
        core->state = space == IN_HTML ? CODE : FOREIGN_CODE;
        return 1;
    }
    int named = (tag->name.flags & (space == IN_HTML ? REPORTED : REPORTED_FOREIGN)) != 0;
    if (tag->rare || (named && !(id == E_USE && local_use(core->b, tag))))
        report(core, &one);
    if (space != IN_HTML)
        /* A sheet is read when its tag is counted. */
        return (tag->name.flags & RAW) && (id != E_STYLE || tag->closed) && aside(core, &one);
    switch (id) {
    case E_STYLE:
    case E_NOSCRIPT:
        if (id == E_NOSCRIPT && !core->scripting)
            return 0;
        core->begun = one;
        core->state = id == E_STYLE ? SHEET : NO_SCRIPT;
        return 1;
    case E_PLAINTEXT:
        core->state = PLAIN;
        return 1;
    case E_TEMPLATE:
        core->templates += !inside_point(&core->tree);
        return 0;
    case E_FRAMESET:
        one.what = S_SPLIT;
        if (core->tree.strangers)
            report(core, &one);
        else
            core->framesets++;
        return 0;
    default:
        if (!(tag->name.flags & RAW))
            return 0;
        core->raw = id;
        core->state = TEXT;
        return 1;
    }
}

/* Where tags are counted: true when the data state ends here. */
static int after_tag(Core *core, const Tag *tag)
{
    place pos = tag->end;
    Tree *tree = &core->tree;
    if (tree->size > core->tables->depth_limit) {
        end_here(core);
        return 1;
    }
    if (core->count && !tree->strangers && core->offset + pos > core->tables->memory) {
        tree_reset(tree);
        core->count = 0;
        core->state = DATA;
        return 1;
    }
    if (!tree->sheets || current_space(tree) == IN_HTML)
        return 0;
    int torn = tag->slash || tag->closed || tag->name.id != E_STYLE;
    core->torn += torn;
    if (core->torn > core->tables->torn_limit) {
        end_here(core);
        return 1;
    }
    Found one = {
        .what = S_STYLE,
        .space = current_space(tree),
        .whole = 1,
        .broken = torn,
        .id = E_STYLE,
        .start = pos,
        .name_end = pos,
        .end = pos,
        .stop = pos,
    };
    begin_text(core, &one);
    core->state = FOREIGN_SHEET;
    return 1;
}

/* True when the bytes may become one of the words. */
static int may_become(const byte *head, place length, const char *word)
{
    place whole = (place)strlen(word);
    return length <= whole && alike(head, word, length);
}

static int declaration(Core *core, place pos)
{
    const byte *head = core->b + pos;
    place left = core->size - pos, length = left < 9 ? left : 9;
    if (left >= 4 && head[2] == '-' && head[3] == '-') {
        if (left >= 5 && head[4] == '>')
            return to(core, DATA, pos + 5);
        if (left >= 6 && head[4] == '-' && head[5] == '>')
            return to(core, DATA, pos + 6);
        if (!core->final && (left == 4 || (left == 5 && head[4] == '-')))
            return 0;
        return to(core, COMMENT, pos + 4);
    }
    /* "If there is an adjusted current node and it is not an element in the HTML namespace". */
    int section = current_space(&core->tree) != IN_HTML;
    if (section && is_open_section(core->b, pos, core->size)) {
        core->met = 0;
        return to(core, CDATA, pos + 9);
    }
    if (length == 9 && alike(head, "<!doctype", 9)) {
        Found one = {
            .what = S_DOCTYPE,
            .whole = 1,
            .id = NOTHING,
            .start = pos,
            .end = pos + 9,
            .stop = pos + 9,
        };
        report(core, &one);
    } else if (length == left && !core->final &&
               (may_become(head, length, "<!--") || may_become(head, length, "<!doctype") ||
                (section && may_become(head, length, "<![cdata["))))
        return 0;
    return to(core, BOGUS, pos + 2);
}

/* 13.2.5.6 Tag open state, where no whole tag stands. */
static int markup(Core *core, place pos)
{
    byte second = pos + 1 < core->size ? core->b[pos + 1] : 0;
    if (second == '!')
        return declaration(core, pos);
    if (second == '?')
        return to(core, BOGUS, pos + 1);
    place name = pos + (second == '/' ? 2 : 1);
    if (name >= core->size) {
        /* At the end of the file "<" and "</" are text. */
        core->settled = core->final ? core->size : pos;
        return 0;
    }
    if (!(CLASS[core->b[name]] & LETTER))
        return to(core, BOGUS, name);
    core->examined += core->size - pos;
    core->tag.at = name;
    core->tag.state = IN_NAME;
    return to(core, CUT_TAG, pos);
}

/* 13.2.5.1 Data state. */
static int state_data(Core *core)
{
    const byte *b = core->b;
    place size = core->size, pos = core->settled;
    Tag tag;
    for (;;) {
        core->steps++;
        place start = pos;
        if (!core->tree.size && !core->tree.active_size && !core->framesets)
            pos = core->settled = skip_plain(core->tables, b, pos, size, &core->steps);
        pos = find_near(b, pos, size, '<');
        /* "<" that begins nothing is text. */
        while (pos >= 0 && pos + 1 < size && !(CLASS[b[pos + 1]] & LETTER) && b[pos + 1] != '/' &&
               b[pos + 1] != '!' && b[pos + 1] != '?')
            pos = find(b, pos + 1, size, '<');
        if (pos < 0) {
            core->examined += size - start;
            core->settled = size;
            return 0;
        }
        place name = pos + 1 + (pos + 1 < size && b[pos + 1] == '/');
        if (name >= size || !(CLASS[b[name]] & LETTER) ||
            !read_tag(core->tables, b, pos, size, &tag)) {
            core->examined += pos - start;
            core->settled = pos;
            return markup(core, pos);
        }
        pos = core->settled = tag.end;
        core->examined += pos - start;
        /* In HTML content most tags are nobody's business. */
        if (!core->tree.size && is_dull(core->tables, b, &tag) && (tag.slash || !tag.rare))
            continue;
        read_name(core->tables, b, &tag);
        if (!core->tree.size) {
            if (tag.slash ? !(tag.name.flags & ENDS) : !(tag.name.flags & BEGINS) && !tag.rare)
                continue;
        }
        int open = 0, root = NOTHING;
        if (tag.slash && !(tag.name.flags & DRAWN))
            root = drawing(&core->tree, &open);
        if (core->tree.size && !core->count && looks_outside(&core->tree, &tag.name, tag.slash))
            look_outside(core, tag.start, &tag.name);
        if (tag.slash) {
            core_end_tag(core, &tag);
            if (open && !core->tree.strangers)
                end_drawings(core, root, open, tag.start);
        } else if (start_tag(core, &tag))
            return !core->overflow;
        if (core->failed || (core->tree.size && after_tag(core, &tag)))
            return !core->overflow && !core->failed;
    }
}

static int (*const STATES[])(Core *) = {
    [DATA] = state_data,
    [CUT_TAG] = state_cut_tag,
    [BOGUS] = state_bogus,
    [COMMENT] = state_comment,
    [CDATA] = state_cdata,
    [TEXT] = state_text,
    [PLAIN] = NULL,
    [SHEET] = state_sheet,
    [FOREIGN_SHEET] = state_foreign_sheet,
    [CODE] = state_code,
    [LONG_CODE] = state_long_code,
    [FOREIGN_CODE] = state_foreign_code,
    [FOREIGN_TEXT] = state_foreign_text,
    [NO_SCRIPT] = state_noscript,
};

/* Go on until more bytes are needed; always 0. */
static int run(Core *core)
{
    while (core->state == PLAIN ? pass(core, core->size) : STATES[core->state](core))
        core->steps++;
    return 0;
}

#endif
