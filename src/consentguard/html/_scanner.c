/* The scanner in C: the same spans as scanner.py, at the speed of memchr.

   scanner.py says what it does and why; each function here is named after its twin there, in
   stream.py or in contents.py. Where the two differ, scanner.py is right.

   A Core is one tokenizer over bytes that somebody else holds: the object's bytearray, or the
   content of a noscript inside of it. Spans are gathered as numbers and become Python objects when a
   call ends. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include "_finder.h"
#include "_grammar.h"
#include "_tree.h"

enum { S_TAG, S_SCRIPT, S_STYLE, S_END, S_DOCTYPE }; /* spans.What */

typedef struct {
    int what, space, in_template, whole, broken, silent;
    int named; /* the name stands in the buffer behind "<"; else it is `id`, NOTHING for none */
    int id;
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
    NO_SCRIPT
};

enum { LOOKAHEAD = 16 };

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
    int templates;
    Tree tree;
    byte *past; /* the page so far, while it may have to be read again */
    place past_size, past_room;
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
    PyMem_Free(core->past);
    PyMem_Free(core->found);
}

static void forget_past(Core *core)
{
    PyMem_Free(core->past);
    core->past = NULL;
    core->remembers = 0;
}

static void remember(Core *core, const byte *data, place size)
{
    if (!core->remembers)
        return;
    if (!core->past || core->past_size + size > core->past_room) {
        place room = 2 * core->past_size + size;
        byte *moved = PyMem_Realloc(core->past, (size_t)room + 1);
        if (!moved) {
            core->failed = 1;
            return;
        }
        core->past = moved;
        core->past_room = room;
    }
    memcpy(core->past + core->past_size, data, (size_t)size);
    core->past_size += size;
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

static int state_cdata(Core *core)
{
    place end = section_end(core->b, core->settled, core->size);
    if (end >= 0) {
        pass(core, end);
        return to(core, DATA, end);
    }
    place keep = 0;
    while (!core->final && keep < 2 && core->size - keep > core->settled &&
           core->b[core->size - keep - 1] == ']')
        keep++;
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

static int sheet(Core *core, place end)
{
    if ((end < 0 ? core->size : end) - core->begun.end > core->tables->token_limit) {
        core->settled = core->begun.end;
        return end_here(core);
    }
    if (end < 0)
        return 0;
    if (end > core->begun.end) {
        Found one = core->begun;
        one.what = S_STYLE;
        one.start = one.end;
        one.end = one.stop = end;
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
    return end < 0 && core->final ? core->size : end;
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
    one.silent = core->finder && one.whole && one.space == IN_HTML &&
                 !lists_urls(core->b + one.start, one.end - one.start) &&
                 finder_silent(core->finder, core->b, one.end, one.stop);
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
    return read_script(core, end, !ended) ? to(core, DATA, core->begun.end) : 0;
}

/* ---- the data state and what it leads to (scanner.py) ---------------------------------------- */

static int run(Core *core);

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
    remember(&inner, inner.b, inner.size);
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
            Found one = {S_TAG, IN_HTML, core->begun.in_template, 0, 0, 0, 1, OTHER, at, name, end, end};
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
    Core again;
    core_begin(&again, core->tables, core->scripting, 1);
    again.b = core->past;
    again.size = core->offset + begin;
    run(&again);
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

static void core_end_tag(Core *core, const Tag *tag)
{
    if (!tree_end(&core->tree, &tag->name) || inside_point(&core->tree))
        return;
    if (tag->name.id == E_TEMPLATE)
        core->templates -= core->templates > 0;
    else if ((tag->name.id == E_BODY || tag->name.id == E_HTML) && !core->templates) {
        Found one = {S_END, IN_HTML, 0, 1, 0, 0, 0, tag->name.id, tag->start, tag->name_end,
                     tag->end, tag->end};
        report(core, &one);
    }
}

static void begin_text(Core *core, const Found *one)
{
    core->begun = *one;
    core->text_at = core->text_wait = one->end;
}

/* Report the tag if it matters; true when its content is not markup. */
static int start_tag(Core *core, const Tag *tag)
{
    int id = tag->name.id, space = in_namespace(core, tag);
    Found one = {S_TAG, space, core->templates > 0, 1, 0, 0, 1, id, tag->start, tag->name_end,
                 tag->end, tag->end};
    if (id == E_SCRIPT && (space == IN_HTML || !tag->closed)) {
        core->settled = tag->start;
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
        return 0;
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
    default:
        if (!(tag->name.flags & RAW))
            return 0;
        core->raw = id;
        core->state = TEXT;
        return 1;
    }
}

/* Where tags are counted: true when the data state ends here. */
static int after_tag(Core *core, place pos)
{
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
    Found one = {S_STYLE, current_space(tree), 0, 1, 0, 0, 0, E_STYLE, pos, pos, pos, pos};
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
    if (section && is_open_section(core->b, pos, core->size))
        return to(core, CDATA, pos + 9);
    if (length == 9 && alike(head, "<!doctype", 9)) {
        Found one = {S_DOCTYPE, IN_HTML, 0, 1, 0, 0, 0, NOTHING, pos, pos, pos + 9, pos + 9};
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
        pos = find(b, pos, size, '<');
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
        } else if (!core->count && looks_outside(&core->tree, &tag.name, tag.slash))
            look_outside(core, tag.start, &tag.name);
        if (tag.slash)
            core_end_tag(core, &tag);
        else if (start_tag(core, &tag))
            return 1;
        if (core->failed || (core->tree.size && after_tag(core, pos)))
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
    [NO_SCRIPT] = state_noscript,
};

/* Go on until more bytes are needed; always 0. */
static int run(Core *core)
{
    while (core->state == PLAIN ? pass(core, core->size) : STATES[core->state](core))
        core->steps++;
    return 0;
}

/* ---- the Python object ---------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyObject *buffer; /* bytearray */
    PyObject *finder; /* a Snippets, or NULL */
    Core core;
} Scanner;

typedef struct {
    PyObject_HEAD
    Finder finder;
} Snippets;

static const Tables *tables_of(PyObject *self)
{
    return PyType_GetModuleState(Py_TYPE(self));
}

static int scanner_init(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"scripting", "whole", "snippets", NULL};
    int scripting = 1, whole = 0;
    PyObject *snippets = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$ppO:Scanner", names, &scripting, &whole,
                                     &snippets))
        return -1;
    Scanner *scanner = (Scanner *)self;
    const Tables *tables = tables_of(self);
    if (!tables)
        return -1;
    if (snippets != Py_None && (PyObject *)Py_TYPE(snippets) != tables->snippets) {
        PyErr_SetString(PyExc_TypeError, "snippets must be a Snippets of this module, or None");
        return -1;
    }
    PyObject *buffer = PyByteArray_FromStringAndSize(NULL, 0);
    if (!buffer)
        return -1;
    Py_XDECREF(scanner->buffer);
    scanner->buffer = buffer;
    core_clear(&scanner->core);
    core_begin(&scanner->core, tables, scripting, whole);
    Py_CLEAR(scanner->finder);
    if (snippets != Py_None) {
        scanner->finder = Py_NewRef(snippets);
        scanner->core.finder = &((Snippets *)snippets)->finder;
    }
    return 0;
}

static void scanner_dealloc(PyObject *self)
{
    Scanner *scanner = (Scanner *)self;
    PyTypeObject *type = Py_TYPE(self);
    core_clear(&scanner->core);
    Py_CLEAR(scanner->buffer);
    Py_CLEAR(scanner->finder);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyObject *found_name(const Core *core, const Found *one)
{
    const Tables *tables = core->tables;
    PyObject *name = NULL;
    if (one->id >= 0)
        name = tables->known[one->id].bytes;
    else if (one->id == NOTHING)
        name = tables->no_bytes;
    if (name) {
        Py_INCREF(name);
        return name;
    }
    const byte *text = core->b + one->start + 1;
    place length = one->name_end - one->start - 1;
    name = PyBytes_FromStringAndSize((const char *)text, length);
    if (name) {
        byte *copy = (byte *)PyBytes_AsString(name);
        for (place i = 0; i < length; i++)
            copy[i] = lower(copy[i]);
    }
    return name;
}

enum { FIELDS = 10 }; /* of spans.Span */

/* One span as a tuple of its kind. */
static PyObject *span_of(const Core *core, const Found *one)
{
    const Tables *tables = core->tables;
    PyObject *fields = PyTuple_New(FIELDS);
    if (!fields)
        return NULL;
    PyObject *const values[FIELDS] = {
        Py_NewRef(tables->whats[one->what]),
        found_name(core, one),
        PyLong_FromSsize_t(one->start),
        PyLong_FromSsize_t(one->end),
        PyLong_FromSsize_t(one->stop),
        Py_NewRef(tables->spaces[one->space]),
        PyBool_FromLong(one->in_template),
        PyBool_FromLong(one->whole),
        PyBool_FromLong(one->broken),
        PyBool_FromLong(one->silent),
    };
    int failed = 0;
    for (int i = 0; i < FIELDS; i++) {
        failed = failed || !values[i];
        PyTuple_SetItem(fields, i, values[i]);
    }
    PyObject *arguments = failed ? NULL : PyTuple_Pack(1, fields);
    newfunc make = (newfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_new);
    PyObject *span = arguments ? make((PyTypeObject *)tables->span, arguments, NULL) : NULL;
    Py_XDECREF(arguments);
    Py_DECREF(fields);
    return span;
}

/* Forget what is settled; every index moves. */
static int drop(Scanner *scanner)
{
    Core *core = &scanner->core;
    place done = core->settled;
    if (!done)
        return 0;
    if (PySequence_DelSlice(scanner->buffer, 0, done) < 0)
        return -1;
    core->offset += done;
    core->settled = 0;
    core->clear_style -= done;
    core->clear_noscript -= done;
    core->script.at -= done;
    core->tag.at -= done;
    core->text_at -= done;
    core->text_wait -= done;
    core->begun.start -= done;
    core->begun.name_end -= done;
    core->begun.end -= done;
    core->begun.stop -= done;
    return 0;
}

static PyObject *scan(Scanner *scanner)
{
    Core *core = &scanner->core;
    core->b = (const byte *)PyByteArray_AsString(scanner->buffer);
    core->size = PyByteArray_Size(scanner->buffer);
    core->found_size = 0;
    run(core);
    if (core->failed && !PyErr_Occurred())
        PyErr_NoMemory();
    if (core->failed)
        return NULL;
    PyObject *spans = PyList_New(core->found_size);
    for (int i = 0; spans && i < core->found_size; i++) {
        PyObject *span = span_of(core, &core->found[i]);
        if (!span) {
            Py_CLEAR(spans);
            break;
        }
        PyList_SetItem(spans, i, span);
    }
    return spans;
}

static PyObject *take_in(PyObject *self, PyObject *data)
{
    Scanner *scanner = (Scanner *)self;
    Core *core = &scanner->core;
    if (!core->tables) {
        PyErr_SetString(PyExc_RuntimeError, "Scanner.__init__ was not called");
        return NULL;
    }
    if (core->overflow)
        return PyList_New(0);
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *spans = NULL;
    remember(core, view.buf, view.len);
    if (drop(scanner) == 0) {
        place size = PyByteArray_Size(scanner->buffer);
        if (PyByteArray_Resize(scanner->buffer, size + view.len) == 0) {
            memcpy(PyByteArray_AsString(scanner->buffer) + size, view.buf, (size_t)view.len);
            spans = scan(scanner);
        }
    }
    PyBuffer_Release(&view);
    return spans;
}

static PyObject *scanner_feed(PyObject *self, PyObject *data)
{
    PyObject *spans;
#ifdef Py_GIL_DISABLED
    Py_BEGIN_CRITICAL_SECTION(self);
#endif
    spans = take_in(self, data);
#ifdef Py_GIL_DISABLED
    Py_END_CRITICAL_SECTION();
#endif
    return spans;
}

static PyObject *scanner_finish(PyObject *self, PyObject *unused)
{
    (void)unused;
    ((Scanner *)self)->core.final = 1;
    return scanner_feed(self, tables_of(self)->no_bytes);
}

static PyObject *scanner_closing(PyObject *self, void *unused)
{
    (void)unused;
    const Core *core = &((Scanner *)self)->core;
    switch (core->state) {
    case COMMENT:
        return PyBytes_FromString("-->");
    case CDATA:
        return PyBytes_FromString("]]>");
    case BOGUS:
        return PyBytes_FromString(">");
    case TEXT:
        return PyBytes_FromFormat("</%s>", core->tables->known[core->raw].text);
    default:
        return PyBytes_FromString("");
    }
}

static PyObject *scanner_overflow(PyObject *self, void *unused)
{
    (void)unused;
    return PyBool_FromLong(((Scanner *)self)->core.overflow);
}

static PyMemberDef SCANNER_MEMBERS[] = {
    {"buffer", T_OBJECT_EX, offsetof(Scanner, buffer), READONLY, NULL},
    {"offset", T_PYSSIZET, offsetof(Scanner, core.offset), READONLY, NULL},
    {"settled", T_PYSSIZET, offsetof(Scanner, core.settled), READONLY, NULL},
    {"steps", T_LONGLONG, offsetof(Scanner, core.steps), READONLY, NULL},
    {"examined", T_LONGLONG, offsetof(Scanner, core.examined), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef SCANNER_GETTERS[] = {
    {"closing", scanner_closing, NULL, "What ends the text that the end of the file would cut.",
     NULL},
    {"overflow", scanner_overflow, NULL, "True once a token went past its bound.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef SCANNER_METHODS[] = {
    {"feed", scanner_feed, METH_O, "Take in the next piece and return what it completed."},
    {"finish", scanner_finish, METH_NOARGS, "Take in the end of the file."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot SCANNER_SLOTS[] = {
    {Py_tp_doc, "Incremental tokenizer: the twin of consentguard.html.scanner.Scanner."},
    {Py_tp_init, scanner_init},
    {Py_tp_dealloc, scanner_dealloc},
    {Py_tp_members, SCANNER_MEMBERS},
    {Py_tp_getset, SCANNER_GETTERS},
    {Py_tp_methods, SCANNER_METHODS},
    {0, NULL},
};

static PyType_Spec SCANNER_SPEC = {
    "consentguard.html._scanner.Scanner", sizeof(Scanner), 0, Py_TPFLAGS_DEFAULT, SCANNER_SLOTS,
};

/* ---- literals -------------------------------------------------------------------------------- */

static int fill(Finder *finder, PyObject *literals, PyObject *joined)
{
    char *text;
    place size;
    finder_clear(finder);
    memset(finder, 0, sizeof *finder);
    if (PyBytes_AsStringAndSize(joined, &text, &size) < 0)
        return -1;
    int done = finder_kinds(finder, (const byte *)text, size);
    place most = size + 1 < NODES ? size + 1 : NODES, count = PyList_Size(literals);
    finder->states = 1;
    finder->shortest = 255;
    finder->next = PyMem_Calloc((size_t)(most * finder->kinds), sizeof(uint16_t));
    finder->ends = PyMem_Calloc((size_t)most, 1);
    if (!finder->next || !finder->ends) {
        PyErr_NoMemory();
        return -1;
    }
    for (place i = 0; done && i < count; i++) {
        if (PyBytes_AsStringAndSize(PyList_GetItem(literals, i), &text, &size) < 0)
            return -1;
        done = finder_add(finder, (const byte *)text, size);
    }
    if (!done) {
        PyErr_SetString(PyExc_ValueError, "a literal is too short or too long, or they are too many");
        return -1;
    }
    for (place i = 0; i < count; i++)
        finder_learn(finder, (const byte *)PyBytes_AsString(PyList_GetItem(literals, i)));
    return 0;
}

static int snippets_init(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"literals", NULL};
    PyObject *given;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O:Snippets", names, &given))
        return -1;
    PyObject *literals = PySequence_List(given), *empty = PyBytes_FromString("");
    PyObject *joined =
        literals && empty ? PyObject_CallMethod(empty, "join", "O", literals) : NULL;
    int failed = !joined || fill(&((Snippets *)self)->finder, literals, joined) < 0;
    Py_XDECREF(literals);
    Py_XDECREF(empty);
    Py_XDECREF(joined);
    return failed ? -1 : 0;
}

static void snippets_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    finder_clear(&((Snippets *)self)->finder);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyType_Slot SNIPPETS_SLOTS[] = {
    {Py_tp_doc, "Literals that a Scanner looks for in inline scripts, all in one pass."},
    {Py_tp_init, snippets_init},
    {Py_tp_dealloc, snippets_dealloc},
    {0, NULL},
};

static PyType_Spec SNIPPETS_SPEC = {
    "consentguard.html._scanner.Snippets", sizeof(Snippets), 0, Py_TPFLAGS_DEFAULT, SNIPPETS_SLOTS,
};

/* ---- the tables, filled from the modules that say what they hold ------------------------------ */

static PyObject *member(const char *module, const char *name)
{
    PyObject *imported = PyImport_ImportModule(module);
    PyObject *found = imported ? PyObject_GetAttrString(imported, name) : NULL;
    Py_XDECREF(imported);
    return found;
}

static Known *table_entry(Tables *tables, const char *text, place length)
{
    uint32_t hash = name_hash((const byte *)text, length);
    int id = known_name(tables, (const byte *)text, length, hash);
    if (id >= 0)
        return &tables->known[id];
    if (tables->count == KNOWN_LIMIT || length >= LONGEST) {
        PyErr_SetString(PyExc_ImportError, "the scanner in C has no room for a name");
        return NULL;
    }
    Known *one = &tables->known[tables->count];
    memcpy(one->text, text, (size_t)length);
    one->text[length] = 0;
    one->length = (byte)length;
    one->bytes = PyBytes_FromStringAndSize(text, length);
    if (!one->bytes)
        return NULL;
    uint32_t slot = HASH_SLOT(hash);
    while (tables->slots[slot] >= 0)
        slot = (slot + 1) & (SLOTS - 1);
    tables->slots[slot] = (int16_t)tables->count++;
    return one;
}

/* Set a flag for every name of a set, of the keys of a mapping, or of words in a str. */
static int mark_names(Tables *tables, const char *module, const char *name, uint32_t flag)
{
    PyObject *names = member(module, name), *one;
    if (names && PyUnicode_Check(names)) {
        PyObject *text = PyUnicode_AsASCIIString(names);
        Py_DECREF(names);
        names = text ? PyObject_CallMethod(text, "split", NULL) : NULL;
        Py_XDECREF(text);
    }
    PyObject *each = names ? PyObject_GetIter(names) : NULL;
    while (each && (one = PyIter_Next(each))) {
        char *text;
        place length;
        Known *entry = NULL;
        if (PyBytes_AsStringAndSize(one, &text, &length) == 0)
            entry = table_entry(tables, text, length);
        if (entry)
            entry->flags |= flag;
        Py_DECREF(one);
        if (!entry)
            break;
    }
    Py_XDECREF(each);
    Py_XDECREF(names);
    return PyErr_Occurred() ? -1 : 0;
}

/* openelements.MARKS: name to marks. */
static int read_marks(Tables *tables)
{
    PyObject *known = member("consentguard.html.openelements", "MARKS");
    PyObject *items = known ? PyObject_CallMethod(known, "items", NULL) : NULL;
    PyObject *each = items ? PyObject_GetIter(items) : NULL;
    PyObject *pair;
    while (each && (pair = PyIter_Next(each))) {
        char *text;
        place length;
        PyObject *marks = PyTuple_GetItem(pair, 1);
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(pair, 0), &text, &length) == 0) {
            Known *entry = table_entry(tables, text, length);
            for (place i = 0; entry && i < PyTuple_Size(marks); i++)
                entry->marks |= (byte)(1 << PyLong_AsLong(PyTuple_GetItem(marks, i)));
        }
        Py_DECREF(pair);
        if (PyErr_Occurred())
            break;
    }
    Py_XDECREF(each);
    Py_XDECREF(items);
    Py_XDECREF(known);
    return PyErr_Occurred() ? -1 : 0;
}

#define GRAMMAR "consentguard.html.grammar"

/* grammar.RARE: words separated by blanks. */
static int read_rare(Tables *tables)
{
    PyObject *words = member(GRAMMAR, "RARE");
    place size = 0;
    const char *text = words ? PyUnicode_AsUTF8AndSize(words, &size) : NULL;
    for (place at = 0; text && at < size; at++) {
        place end = find((const byte *)text, at, size, ' ');
        end = end < 0 ? size : end;
        if (tables->rare_count == RARE_LIMIT || end - at >= LONGEST) {
            PyErr_SetString(PyExc_ImportError, "the scanner in C has no room for an attribute");
            break;
        }
        memcpy(tables->rare[tables->rare_count], text + at, (size_t)(end - at));
        tables->rare_first[(byte)text[at]] |= 1u << tables->rare_count;
        tables->rare_first[(byte)text[at] & ~32] |= 1u << tables->rare_count;
        tables->rare_length[tables->rare_count++] = (byte)(end - at);
        at = end;
    }
    Py_XDECREF(words);
    return PyErr_Occurred() ? -1 : 0;
}

static place limit(const char *module, const char *name)
{
    PyObject *found = member(module, name);
    place value = found ? PyLong_AsSsize_t(found) : -1;
    Py_XDECREF(found);
    return value;
}

static int read_members(PyObject *kinds, PyObject **into, place count)
{
    for (place i = 0; i < count; i++) {
        PyObject *number = PyLong_FromSsize_t(i);
        into[i] = number ? PyObject_CallFunctionObjArgs(kinds, number, NULL) : NULL;
        Py_XDECREF(number);
        if (!into[i])
            return -1;
    }
    return 0;
}

#define FOREIGN "consentguard.html.foreign"
#define TREE_RULES "consentguard.html.treerules"
#define SCANNER "consentguard.html.scanner"

static int read_tables(Tables *tables)
{
    static const struct {
        const char *module, *name;
        uint32_t flag;
    } sets[] = {
        {FOREIGN, "BREAKOUT", BREAKOUT},
        {FOREIGN, "VOID", EMPTY},
        {FOREIGN, "DOCUMENT", DOCUMENT},
        {FOREIGN, "TABLE_PARTS", TABLE_PART},
        {FOREIGN, "CLOSES_P", CLOSES_P},
        {FOREIGN, "HEADINGS", HEADING},
        {FOREIGN, "FORMATTING", FORMATTING},
        {FOREIGN, "MARKERS", MARKER},
        {FOREIGN, "IMPLIED", IMPLIED},
        {FOREIGN, "BLOCK_ENDS", BLOCK_END},
        {FOREIGN, "USUAL", USUAL},
        {FOREIGN, "SVG_POINTS", SVG_POINT},
        {FOREIGN, "MATH_POINTS", MATH_POINT},
        {TREE_RULES, "AS_IT_IS", AS_IT_IS},
        {TREE_RULES, "RULED", RULED},
        {SCANNER, "REPORTED", REPORTED},
        {SCANNER, "REPORTED_FOREIGN", REPORTED_FOREIGN},
        {GRAMMAR, "STOPS", BEGINS},
        {GRAMMAR, "END_STOPS", ENDS},
        {GRAMMAR, "RAW_END", RAW},
    };
    memset(tables->slots, -1, sizeof tables->slots);
#define X(id, text)                                                                                \
    if (!table_entry(tables, text, (place)sizeof(text) - 1))                                       \
        return -1;
    OWN_RULES(X)
#undef X
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (mark_names(tables, sets[i].module, sets[i].name, sets[i].flag) < 0)
            return -1;
    if (read_marks(tables) < 0 || read_rare(tables) < 0)
        return -1;
    for (int i = 0; i < tables->count; i++) {
        const Known *one = &tables->known[i];
        int letter = one->text[0] & 31;
        if (one->flags & BEGINS)
            tables->acted_on[0][letter] |= 1u << one->length;
        if (one->flags & ENDS)
            tables->acted_on[1][letter] |= 1u << one->length;
    }
    tables->script_limit = limit(SCANNER, "SCRIPT_LIMIT");
    tables->token_limit = limit(SCANNER, "TOKEN_LIMIT");
    tables->memory = limit(SCANNER, "MEMORY");
    tables->depth_limit = limit("consentguard.html.openelements", "DEPTH_LIMIT");
    tables->active_limit = (int)limit("consentguard.html.formatting", "ACTIVE_LIMIT");
    tables->alike_limit = (int)limit("consentguard.html.formatting", "ALIKE_LIMIT");
    tables->span = member("consentguard.html.spans", "Span");
    tables->decode = member("consentguard.html.attributes", "decode");
    tables->encodings = member(FOREIGN, "HTML_ENCODINGS");
    tables->no_bytes = PyBytes_FromStringAndSize(NULL, 0);
    tables->latin1 = PyUnicode_FromString("latin-1");
    if (PyErr_Occurred())
        return -1;
    PyObject *whats = member("consentguard.html.spans", "What");
    PyObject *spaces = member(FOREIGN, "Space");
    int failed = !whats || !spaces || read_members(whats, tables->whats, 5) < 0 ||
                 read_members(spaces, tables->spaces, 3) < 0;
    Py_XDECREF(whats);
    Py_XDECREF(spaces);
    return failed ? -1 : 0;
}

static int module_exec(PyObject *module)
{
    Tables *tables = PyModule_GetState(module);
    if (read_tables(tables) < 0)
        return -1;
    tables->snippets = PyType_FromModuleAndSpec(module, &SNIPPETS_SPEC, NULL);
    PyObject *scanner = PyType_FromModuleAndSpec(module, &SCANNER_SPEC, NULL);
    int failed = !tables->snippets || !scanner ||
                 PyModule_AddObjectRef(module, "Snippets", tables->snippets) < 0 ||
                 PyModule_AddObjectRef(module, "Scanner", scanner) < 0 ||
                 PyModule_AddIntConstant(module, "VERSION", 1) < 0;
    Py_XDECREF(scanner);
    return failed ? -1 : 0;
}

static int each_object(Tables *tables, visitproc visit, void *arg)
{
    for (int i = 0; i < tables->count; i++)
        Py_VISIT(tables->known[i].bytes);
    for (int i = 0; i < 5; i++)
        Py_VISIT(tables->whats[i]);
    for (int i = 0; i < 3; i++)
        Py_VISIT(tables->spaces[i]);
    Py_VISIT(tables->snippets);
    Py_VISIT(tables->span);
    Py_VISIT(tables->decode);
    Py_VISIT(tables->encodings);
    Py_VISIT(tables->no_bytes);
    Py_VISIT(tables->latin1);
    return 0;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    return each_object(PyModule_GetState(module), visit, arg);
}

static int module_clear(PyObject *module)
{
    Tables *tables = PyModule_GetState(module);
    for (int i = 0; i < tables->count; i++)
        Py_CLEAR(tables->known[i].bytes);
    for (int i = 0; i < 5; i++)
        Py_CLEAR(tables->whats[i]);
    for (int i = 0; i < 3; i++)
        Py_CLEAR(tables->spaces[i]);
    Py_CLEAR(tables->snippets);
    Py_CLEAR(tables->span);
    Py_CLEAR(tables->decode);
    Py_CLEAR(tables->encodings);
    Py_CLEAR(tables->no_bytes);
    Py_CLEAR(tables->latin1);
    return 0;
}

static void module_free(void *module) { module_clear((PyObject *)module); }

static PyModuleDef_Slot MODULE_SLOTS[] = {
    {Py_mod_exec, module_exec},
#if defined(Py_mod_multiple_interpreters)
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#if defined(Py_mod_gil)
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_scanner",
    .m_doc = "The scanner of consentguard.html.scanner, in C.",
    .m_size = sizeof(Tables),
    .m_slots = MODULE_SLOTS,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__scanner(void) { return PyModuleDef_Init(&MODULE); }
