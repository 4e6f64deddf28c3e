/* The tokenizer: the same spans as scanner.py, at the speed of memchr.

   scanner.py says what it does and why; each function here, in _stream.h and in _contents.h is
   named after its twin there, in counting.py, stream.py or contents.py. Where the two differ,
   scanner.py is right. */

#ifndef CONSENTGUARD_CORE_H
#define CONSENTGUARD_CORE_H

#include "_contents.h"

static int run(Core *core);

/* True when the parser may ignore the next start tag: a template goes on as it begins. */
static int unsettled(const Core *core)
{
    return core->opened && ((core->bare | core->columns) >> (core->opened - 1) & 1);
}

/* 13.2.6.4.18 and .12: in a template that begins with a col, all but more of them. */
static int ignored(Core *core, const Name *name)
{
    uint64_t last = (uint64_t)1 << (core->opened - 1);
    if ((core->bare & last) && !(name->flags & HEADED)) {
        core->bare &= ~last;
        if (name->id == E_COL)
            core->columns |= last;
        return 0;
    }
    return (core->columns & last) && name->id != E_COL && name->id != E_TEMPLATE;
}

/* True when something was begun of which all that may come is a part, to its end; and when a tag
   may have ended what is open around all of it. */
static int unended(const Core *core)
{
    int quoted = core->tag.state == IN_DOUBLE || core->tag.state == IN_SINGLE;
    int text = core->state == CUT_TAG ? quoted : core->state != DATA;
    return text || core->tree.strangers || core->cut || core->reached || unsettled(core);
}

/* True when what is put in somewhere would end the noscript that is around it, with scripting. */
static int ends_noscript(const Core *inner)
{
    for (int i = 0; i < inner->found_size; i++)
        if (inner->found[i].what == S_ASIDE && inner->found[i].id == E_NOSCRIPT)
            return 1;
    return 0;
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
    if (unended(&inner) || ends_noscript(&inner) ||
        (core->tree.strangers && find(core->b, start, end, '<') >= 0)) {
        Found one = core->begun;
        one.what = S_ODD;
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
    core->reached = 1;
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
    if (!tree_end(&core->tree, &tag->name))
        return;
    if (tag->name.id == E_TEMPLATE && core->opened)
        core->opened--;
    if (inside_point(&core->tree))
        return;
    if (tag->name.id == E_TEMPLATE)
        core->templates -= core->templates > 0;
    else if ((tag->name.id == E_BODY || tag->name.id == E_HTML) && !core->templates &&
             !core->tree.strangers) {
        Found one = found_tag(tag, S_END, IN_HTML);
        report(core, &one);
    }
}

/* Report that who knows other elements around these may not close them here. */
static void end_drawings(Core *core, int id, int count, place at)
{
    Found one = {
        .what = S_DRAWING, .whole = 1, .id = id, .start = at, .end = at, .stop = at};
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
    if (unsettled(core) && ignored(core, &tag->name)) {
        Found odd = found_tag(tag, S_ODD, IN_HTML);
        odd.in_template = core->templates > 0;
        report(core, &odd);
        return 0;
    }
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
        if (core->opened == core->tables->template_limit)
            return !end_here(core);
        core->templates += !inside_point(&core->tree);
        core->bare |= (uint64_t)1 << core->opened;
        core->columns &= ~((uint64_t)1 << core->opened);
        core->opened++;
        return 0;
    case E_FRAMESET:
        one.what = S_ODD;
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
        if (!core->tree.size && !core->tree.active_size && !core->framesets &&
            !unsettled(core))
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
        if (!core->tree.size && is_dull(core->tables, b, &tag) &&
            (tag.slash || (!tag.rare && !unsettled(core))))
            continue;
        read_name(core->tables, b, &tag);
        if (!core->tree.size) {
            if (tag.slash ? !(tag.name.flags & ENDS)
                          : !(tag.name.flags & BEGINS) && !tag.rare && !unsettled(core))
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
