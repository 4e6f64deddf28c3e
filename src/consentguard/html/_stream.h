/* The part of the tokenizer that knows neither tags nor elements: states that wait for an end.

   The twin of stream.py. A Core is one tokenizer over bytes that somebody else holds: a scanner's
   buffer, or the content of a noscript inside of it. Spans are gathered as numbers. */

#ifndef CONSENTGUARD_STREAM_H
#define CONSENTGUARD_STREAM_H

#include "_finder.h"
#include "_grammar.h"
#include "_plain.h"
#include "_tree.h"

/* spans.What */
enum {
    S_TAG,
    S_SCRIPT,
    S_STYLE,
    S_END,
    S_DOCTYPE,
    S_SECTION,
    S_ASIDE,
    S_FRAMED,
    S_DRAWING,
    S_ODD,
    S_KINDS
};

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
    /* Of each open template, a bit each: nothing has come in it that settles it; a col came first. */
    int opened;
    uint64_t bare, columns;
    int cut;     /* the end of the file cut a script */
    int reached; /* a tag in svg or math acted on what is open around that */
    Tree tree;
    PyObject *past; /* a list of bytes: the page so far, while it may have to be read again */
    place kept;     /* so many of them are */
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

/* Keep what comes in, as far as it may be read again, as it is: most pages never are. */
static void remember(Core *core, PyObject *data)
{
    if (!core->remembers)
        return;
    if (core->offset > core->tables->memory) {
        forget_past(core);
        return;
    }
    if (core->kept > core->tables->memory)
        return;
    if (!core->past)
        core->past = PyList_New(0);
    PyObject *piece = core->past ? PyBytes_FromObject(data) : NULL;
    core->failed = core->failed || !piece || PyList_Append(core->past, piece) < 0;
    core->kept += piece ? PyBytes_Size(piece) : 0;
    Py_XDECREF(piece);
    if (!core->failed && PyList_Size(core->past) > PIECES) {
        /* An object for each few bytes would take more room than they do. */
        PyObject *joined = joined_past(core);
        core->failed = !joined || PyList_SetSlice(core->past, 0, PIECES + 1, NULL) < 0 ||
                       PyList_Append(core->past, joined) < 0;
        Py_XDECREF(joined);
    }
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
            .what = S_SECTION,
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

#endif
