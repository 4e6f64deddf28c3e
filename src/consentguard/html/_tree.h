/* Which elements are open, and what tags do to them.

   The twin of openelements.py, formatting.py and treerules.py, rule by rule; what the rules mean is
   said there. Names are numbers: those of the tables, and behind them one for each other name that
   is open now. */

#ifndef CONSENTGUARD_TREE_H
#define CONSENTGUARD_TREE_H

#include "_grammar.h"

enum { IN_HTML, IN_SVG, IN_MATH };                                /* foreign.Space */
enum { NO_POINT, HTML_POINT, TEXT_POINT, ANNOTATION_POINT };      /* foreign.Point */
enum { M_HTML, M_POINT, M_SCOPE, M_SPECIAL, M_FIRM, M_TABLE, M_TABLE_SCOPE, MARKS }; /* Mark */

enum { FOREIGN_MARKS = 1 << M_POINT | 1 << M_SCOPE | 1 << M_SPECIAL | 1 << M_FIRM, BUCKETS = 1024 };

typedef int16_t depth; /* an index into the stack, -1 for none; the stack is bounded */

typedef struct {
    int id; /* NOTHING where an element was taken out of the middle */
    byte space, point, marks;
    depth same_below, same_above; /* elements of the same name and kind */
    depth below[MARKS], above[MARKS];
} Element;

/* A name that no table knows, while elements of that name are open. */
typedef struct {
    byte *text;
    place length;
    uint32_t hash;
    int next, open;
} OtherName;

typedef struct {
    int id, index; /* index -1: closed; id NOTHING: a marker */
} Active;

typedef struct {
    const Tables *tables;
    Element *elements;
    int size, room;
    int *last; /* by name: the innermost HTML element, then the innermost foreign one */
    int last_room;
    int marked[MARKS];
    int strangers, sheets, svgs, maths;
    Active *active;
    int active_size, active_room;
    OtherName *others;
    int others_size, others_room, others_free;
    int *buckets;
    int form;
    int failed; /* out of memory */
} Tree;

/* Give room for one more; false when there is no memory. */
static int grow(void **items, int size, int *room, size_t one)
{
    if (size < *room)
        return 1;
    int wanted = *room ? *room * 2 : 32;
    void *moved = PyMem_Realloc(*items, one * (size_t)wanted);
    if (!moved)
        return 0;
    *items = moved;
    *room = wanted;
    return 1;
}

static void tree_clear(Tree *tree)
{
    for (int i = 0; i < tree->others_size; i++)
        PyMem_Free(tree->others[i].text);
    PyMem_Free(tree->elements);
    PyMem_Free(tree->last);
    PyMem_Free(tree->active);
    PyMem_Free(tree->others);
    PyMem_Free(tree->buckets);
}

static void tree_begin(Tree *tree, const Tables *tables)
{
    memset(tree, 0, sizeof *tree);
    tree->tables = tables;
    tree->others_free = -1;
    for (int mark = 0; mark < MARKS; mark++)
        tree->marked[mark] = -1;
}

static void tree_reset(Tree *tree)
{
    const Tables *tables = tree->tables;
    tree_clear(tree);
    tree_begin(tree, tables);
}

/* ---- names ---------------------------------------------------------------------------------- */

static int *last_slot(Tree *tree, int id, int foreign)
{
    int wanted = 2 * id + 2;
    while (tree->last_room < wanted) {
        int room = tree->last_room ? tree->last_room * 2 : 2 * KNOWN_LIMIT;
        int *moved = PyMem_Realloc(tree->last, sizeof(int) * (size_t)room);
        if (!moved) {
            tree->failed = 1;
            return NULL;
        }
        for (int i = tree->last_room; i < room; i++)
            moved[i] = -1;
        tree->last = moved;
        tree->last_room = room;
    }
    return &tree->last[2 * id + (foreign ? 1 : 0)];
}

static int same_text(const OtherName *one, const Name *name)
{
    if (one->length != name->length)
        return 0;
    for (place i = 0; i < name->length; i++)
        if (one->text[i] != lower(name->at[i]))
            return 0;
    return 1;
}

/* The number of a name, OTHER when no table knows it and none is open. */
static int number(const Tree *tree, const Name *name)
{
    if (name->id >= 0 || !tree->buckets)
        return name->id;
    uint32_t hash = name_hash(name->at, name->length);
    for (int i = tree->buckets[hash & (BUCKETS - 1)]; i >= 0; i = tree->others[i].next)
        if (tree->others[i].hash == hash && same_text(&tree->others[i], name))
            return KNOWN_LIMIT + i;
    return OTHER;
}

/* The number of a name, a new one where it has none; NOTHING when there is no memory. */
static int numbered(Tree *tree, const Name *name)
{
    int found = number(tree, name);
    if (found != OTHER)
        return found;
    if (!tree->buckets) {
        tree->buckets = PyMem_Malloc(sizeof(int) * BUCKETS);
        if (!tree->buckets)
            return NOTHING;
        for (int i = 0; i < BUCKETS; i++)
            tree->buckets[i] = -1;
    }
    int index = tree->others_free;
    if (index >= 0)
        tree->others_free = tree->others[index].next;
    else {
        if (!grow((void **)&tree->others, tree->others_size, &tree->others_room,
                  sizeof(OtherName)))
            return NOTHING;
        index = tree->others_size++;
        tree->others[index].text = NULL;
    }
    OtherName *one = &tree->others[index];
    one->text = PyMem_Malloc((size_t)name->length);
    one->length = 0;
    one->open = 0;
    one->hash = name_hash(name->at, name->length);
    one->next = tree->buckets[one->hash & (BUCKETS - 1)];
    tree->buckets[one->hash & (BUCKETS - 1)] = index;
    if (!one->text)
        return NOTHING;
    one->length = name->length;
    for (place i = 0; i < name->length; i++)
        one->text[i] = lower(name->at[i]);
    return KNOWN_LIMIT + index;
}

static void name_opened(Tree *tree, int id)
{
    if (id >= KNOWN_LIMIT)
        tree->others[id - KNOWN_LIMIT].open++;
}

static void name_closed(Tree *tree, int id)
{
    if (id < KNOWN_LIMIT || --tree->others[id - KNOWN_LIMIT].open)
        return;
    int index = id - KNOWN_LIMIT;
    OtherName *one = &tree->others[index];
    int *link = &tree->buckets[one->hash & (BUCKETS - 1)];
    while (*link != index)
        link = &tree->others[*link].next;
    *link = one->next;
    PyMem_Free(one->text);
    one->text = NULL;
    one->next = tree->others_free;
    tree->others_free = index;
}

static uint32_t flags_of(const Tree *tree, int id)
{
    return id >= 0 && id < KNOWN_LIMIT ? tree->tables->known[id].flags : 0;
}

/* ---- the stack of open elements ------------------------------------------------------------- */

static int current_space(const Tree *tree)
{
    return tree->size ? tree->elements[tree->size - 1].space : IN_HTML;
}

static int current_point(const Tree *tree)
{
    return tree->size ? tree->elements[tree->size - 1].point : NO_POINT;
}

/* True when the current node is foreign and no integration point. */
static int plain(const Tree *tree)
{
    return current_space(tree) != IN_HTML && current_point(tree) == NO_POINT;
}

/* True inside an integration point: the body is not in scope there. */
static int inside_point(const Tree *tree) { return tree->marked[M_POINT] >= 0; }

static int last_id(const Tree *tree, int id, int foreign)
{
    int slot = 2 * id + (foreign ? 1 : 0);
    return id < 0 || slot >= tree->last_room ? -1 : tree->last[slot];
}

static int last_html(const Tree *tree, int id) { return last_id(tree, id, 0); }

static int last_foreign(const Tree *tree, const Name *name)
{
    return last_id(tree, number(tree, name), 1);
}

/* The name of the outermost svg or math, or NOTHING, and how often the like is open. */
static int drawing(const Tree *tree, int *open)
{
    *open = 0;
    int first = tree->marked[M_HTML] + 1;
    if (!tree->strangers || tree->size - first != tree->strangers)
        return NOTHING;
    int id = tree->elements[first].id;
    *open = id == E_SVG ? tree->svgs : tree->maths;
    return id;
}

/* True when a start tag of this name is read as in HTML (13.2.6, the dispatcher). */
static int by_html_rules(const Tree *tree, const Name *name)
{
    if (current_space(tree) == IN_HTML)
        return 1;
    switch (current_point(tree)) {
    case TEXT_POINT:
        return name->id != E_MGLYPH && name->id != E_MALIGNMARK;
    case ANNOTATION_POINT:
        return name->id == E_SVG;
    default:
        return current_point(tree) == HTML_POINT;
    }
}

static int max(int a, int b) { return a > b ? a : b; }

/* Open an element and return its index, -1 when there is no memory. */
static int push(Tree *tree, const Name *name, int space, int point)
{
    int id = numbered(tree, name), foreign = space != IN_HTML;
    int *last = id < 0 ? NULL : last_slot(tree, id, foreign);
    if (!last || !grow((void **)&tree->elements, tree->size, &tree->room, sizeof(Element))) {
        tree->failed = 1;
        return -1;
    }
    int index = tree->size++;
    Element *one = &tree->elements[index];
    name_opened(tree, id);
    one->id = id;
    one->space = (byte)space;
    one->point = (byte)point;
    one->marks = (byte)(1 << M_HTML);
    if (foreign)
        one->marks = point ? FOREIGN_MARKS : 0;
    else if (id < KNOWN_LIMIT && tree->tables->known[id].marks)
        one->marks = tree->tables->known[id].marks;
    tree->strangers += foreign;
    tree->sheets += foreign && id == E_STYLE;
    tree->svgs += foreign && id == E_SVG;
    tree->maths += foreign && id == E_MATH;
    one->same_above = -1;
    one->same_below = (depth)*last;
    if (*last >= 0)
        tree->elements[*last].same_above = (depth)index;
    *last = index;
    for (int mark = 0; mark < MARKS; mark++)
        if (one->marks & (1 << mark)) {
            one->above[mark] = -1;
            one->below[mark] = (depth)tree->marked[mark];
            if (tree->marked[mark] >= 0)
                tree->elements[tree->marked[mark]].above[mark] = (depth)index;
            tree->marked[mark] = index;
        }
    return index;
}

/* Take an element out of all lists; its place stays. */
static void unlink_element(Tree *tree, int index)
{
    Element *one = &tree->elements[index];
    if (one->same_below >= 0)
        tree->elements[one->same_below].same_above = one->same_above;
    if (one->same_above >= 0)
        tree->elements[one->same_above].same_below = one->same_below;
    else
        tree->last[2 * one->id + (one->space != IN_HTML)] = one->same_below;
    for (int mark = 0; mark < MARKS; mark++)
        if (one->marks & (1 << mark)) {
            if (one->below[mark] >= 0)
                tree->elements[one->below[mark]].above[mark] = one->above[mark];
            if (one->above[mark] >= 0)
                tree->elements[one->above[mark]].below[mark] = one->below[mark];
            else
                tree->marked[mark] = one->below[mark];
        }
    name_closed(tree, one->id);
}

/* Close the current node; what the tables say of its name. */
static uint32_t pop(Tree *tree)
{
    Element *one = &tree->elements[tree->size - 1];
    uint32_t flags = flags_of(tree, one->id);
    int foreign = one->space != IN_HTML;
    tree->strangers -= foreign;
    tree->sheets -= foreign && one->id == E_STYLE;
    tree->svgs -= foreign && one->id == E_SVG;
    tree->maths -= foreign && one->id == E_MATH;
    unlink_element(tree, tree->size - 1);
    tree->size--;
    while (tree->size && tree->elements[tree->size - 1].id == NOTHING)
        tree->size--;
    return flags;
}

/* Take an HTML element out of the stack, wherever it stands. */
static void remove_element(Tree *tree, int index)
{
    if (index == tree->size - 1) {
        pop(tree);
        return;
    }
    unlink_element(tree, index);
    tree->elements[index].id = NOTHING;
}

/* ---- the formatting elements ---------------------------------------------------------------- */

static void active_delete(Tree *tree, int at)
{
    memmove(tree->active + at, tree->active + at + 1,
            sizeof(Active) * (size_t)(tree->active_size - at - 1));
    tree->active_size--;
}

/* Make room in the list for one more: the earliest behind the last marker goes. */
static void admit(Tree *tree, int id)
{
    int first = tree->active_size, alike_count = 0, earliest = -1;
    while (first && tree->active[first - 1].id != NOTHING) {
        first--;
        if (tree->active[first].id == id) {
            alike_count++;
            earliest = first;
        }
    }
    if (alike_count >= tree->tables->alike_limit)
        active_delete(tree, earliest);
    else if (tree->active_size - first >= tree->tables->active_limit)
        active_delete(tree, first);
}

static void active_add(Tree *tree, int id, int index)
{
    if (!grow((void **)&tree->active, tree->active_size, &tree->active_room, sizeof(Active))) {
        tree->failed = 1;
        return;
    }
    tree->active[tree->active_size].id = id;
    tree->active[tree->active_size++].index = index;
}

/* Insert an HTML element. */
static void open_html(Tree *tree, const Name *name)
{
    int index = push(tree, name, IN_HTML, NO_POINT);
    if (index < 0)
        return;
    if (name->flags & FORMATTING) {
        admit(tree, name->id);
        active_add(tree, name->id, index);
    } else if (name->flags & MARKER)
        active_add(tree, NOTHING, -1);
}

/* Close the element at that index and all that are open in it. */
static void close_at(Tree *tree, int index)
{
    if (index < 0)
        index = 0;
    while (tree->size > index) {
        int html = current_space(tree) == IN_HTML;
        if ((pop(tree) & MARKER) && html)
            while (tree->active_size && tree->active[--tree->active_size].id != NOTHING)
                ;
    }
    for (int top = tree->active_size - 1; top >= 0 && tree->active[top].id != NOTHING; top--) {
        if (tree->active[top].index >= index)
            tree->active[top].index = -1;
        else if (tree->active[top].index >= 0)
            break;
    }
}

/* Close the innermost element of that name if it stands above that index. */
static void close_in(Tree *tree, int id, int above)
{
    int found = last_html(tree, id);
    if (found >= 0 && found > above)
        close_at(tree, found);
}

/* The place of the last such element behind the last marker, or -1. */
static int active_entry(const Tree *tree, int id)
{
    for (int at = tree->active_size - 1; at >= 0 && tree->active[at].id != NOTHING; at--)
        if (tree->active[at].id == id)
            return at;
    return -1;
}

/* "The adoption agency algorithm": what it leaves open. */
static void adopt(Tree *tree, int id)
{
    int at = active_entry(tree, id);
    if (at < 0) {
        close_in(tree, id, tree->marked[M_SPECIAL] - 1);
        return;
    }
    int index = tree->active[at].index;
    if (index >= 0 && index < tree->marked[M_SCOPE])
        return;
    active_delete(tree, at);
    if (index < 0)
        return;
    int block = tree->marked[M_SPECIAL];
    if (block > index) {
        /* A "furthest block" stays open, the formatting element around it does not. */
        close_at(tree, block + 1);
        remove_element(tree, index);
    } else
        close_at(tree, index);
}

/* "Reconstruct the active formatting elements". */
static void reopen(Tree *tree)
{
    int first = tree->active_size;
    while (first && tree->active[first - 1].id != NOTHING && tree->active[first - 1].index < 0)
        first--;
    for (int at = first; at < tree->active_size; at++) {
        Name name;
        name_set(&name, tree->tables, tree->active[at].id);
        tree->active[at].index = push(tree, &name, IN_HTML, NO_POINT);
    }
}

/* ---- rules ---------------------------------------------------------------------------------- */

/* Back to HTML: "while the current node is not ... an integration point, or ... HTML". */
static void leave_foreign(Tree *tree)
{
    while (plain(tree) || current_point(tree) == ANNOTATION_POINT)
        pop(tree);
}

/* "Generate implied end tags", except for one name. */
static void imply(Tree *tree, int but)
{
    while (tree->size && current_space(tree) == IN_HTML) {
        int id = tree->elements[tree->size - 1].id;
        if (!(flags_of(tree, id) & IMPLIED) || id == but)
            return;
        close_at(tree, tree->size - 1);
    }
}

static int is_body(int id) { return id == E_TBODY || id == E_TFOOT || id == E_THEAD; }

/* What a context of a table takes directly. */
static int takes(int mode, int id)
{
    if (mode == E_TABLE)
        return id == E_CAPTION || id == E_COLGROUP || id == E_COL || is_body(id);
    if (mode == E_COLGROUP)
        return id == E_COL;
    if (is_body(mode))
        return id == E_TR;
    return mode == E_TR && (id == E_TD || id == E_TH);
}

/* What a context of a table opens by itself for what it does not take. */
static int missing(int mode, int id)
{
    if (mode == E_TABLE && (id == E_TD || id == E_TH || id == E_TR))
        return E_TBODY;
    return is_body(mode) && (id == E_TD || id == E_TH) ? E_TR : NOTHING;
}

static int in_table(int mode)
{
    return mode == E_TABLE || mode == E_COLGROUP || mode == E_TR || is_body(mode);
}

/* 13.2.6.4.9 to .15: where a part of a table finds its place, or is ignored. */
static void table_part(Tree *tree, const Name *name)
{
    int at;
    while ((at = tree->marked[M_TABLE]) >= 0) {
        int mode = tree->elements[at].id;
        if (mode == E_TEMPLATE) {
            if (at + 1 == tree->size && name->id != E_COL)
                open_html(tree, name);
            return;
        }
        if (takes(mode, name->id)) {
            /* "Clear the stack back to a table (table body, table row) context." */
            close_at(tree, at + 1);
            if (name->id != E_COL)
                open_html(tree, name);
            return;
        }
        int between = missing(mode, name->id);
        close_at(tree, between >= 0 ? at + 1 : at);
        if (between >= 0) {
            Name row;
            name_set(&row, tree->tables, between);
            open_html(tree, &row);
        }
        if (tree->failed)
            return;
    }
}

static int may_open_form(Tree *tree, int mode)
{
    if (last_html(tree, E_TEMPLATE) >= 0)
        return !in_table(mode);
    if (tree->form)
        return 0;
    tree->form = 1;
    return !in_table(mode);
}

static void close_current(Tree *tree, uint32_t flag, int id)
{
    if (!tree->size)
        return;
    const Element *top = &tree->elements[tree->size - 1];
    if (top->space == IN_HTML && (top->id == id || (flags_of(tree, top->id) & flag)))
        close_at(tree, tree->size - 1);
}

/* What "in body" closes before it inserts an element. */
static void make_room(Tree *tree, const Name *name, int mode)
{
    int scope = tree->marked[M_SCOPE];
    if (name->flags & HEADING) {
        close_current(tree, HEADING, NOTHING);
        return;
    }
    switch (name->id) {
    case E_LI:
    case E_DD:
    case E_DT: {
        int firm = tree->marked[M_FIRM];
        if (firm < 0 || tree->elements[firm].space != IN_HTML)
            break;
        int id = tree->elements[firm].id;
        if (name->id == E_LI ? id == E_LI : id == E_DD || id == E_DT)
            close_at(tree, firm);
        break;
    }
    case E_TABLE:
        if (in_table(mode))
            close_at(tree, tree->marked[M_TABLE_SCOPE]);
        break;
    case E_A:
    case E_NOBR:
        if (active_entry(tree, name->id) >= 0)
            adopt(tree, name->id);
        break;
    case E_BUTTON:
        close_in(tree, E_BUTTON, scope);
        break;
    case E_RB:
    case E_RTC:
    case E_RP:
    case E_RT:
        if (last_html(tree, E_RUBY) > scope)
            imply(tree, name->id == E_RP || name->id == E_RT ? E_RTC : NOTHING);
        break;
    case E_OPTION:
    case E_OPTGROUP:
    case E_HR:
        if (last_html(tree, E_SELECT) >= max(scope, 0))
            imply(tree, name->id == E_OPTION ? E_OPTGROUP : NOTHING);
        else if (name->id != E_HR)
            close_current(tree, 0, E_OPTION);
        break;
    case E_INPUT:
        close_in(tree, E_SELECT, scope - 1);
        break;
    default:
        break;
    }
}

static void start_html(Tree *tree, const Name *name)
{
    int at = tree->marked[M_TABLE];
    if (at < 0 && !(name->flags & RULED)) {
        reopen(tree);
        open_html(tree, name);
        return;
    }
    int mode = at >= 0 ? tree->elements[at].id : NOTHING;
    if (name->flags & TABLE_PART) {
        table_part(tree, name);
        return;
    }
    if (name->flags & DOCUMENT)
        return;
    if (name->id == E_SELECT && last_html(tree, E_SELECT) >= max(tree->marked[M_SCOPE], 0)) {
        /* "Parse error": it stands for the end tag. */
        close_at(tree, last_html(tree, E_SELECT));
        return;
    }
    if (mode == E_COLGROUP && name->id != E_TEMPLATE)
        close_at(tree, at);
    if (name->flags & CLOSES_P)
        close_in(tree, E_P, max(tree->marked[M_SCOPE], last_html(tree, E_BUTTON)));
    make_room(tree, name, mode);
    if (!(name->flags & AS_IT_IS))
        reopen(tree);
    if ((name->flags & EMPTY) || (name->id == E_FORM && !may_open_form(tree, mode)))
        return;
    open_html(tree, name);
}

static void end_form(Tree *tree)
{
    int found = last_html(tree, E_FORM), scope = tree->marked[M_SCOPE];
    if (last_html(tree, E_TEMPLATE) >= 0) {
        close_in(tree, E_FORM, scope);
        return;
    }
    /* "Set the form element pointer to null": even where the element is out of scope. */
    tree->form = 0;
    if (found > scope) {
        imply(tree, NOTHING);
        remove_element(tree, found);
    }
}

static void end_html(Tree *tree, const Name *name)
{
    int scope = tree->marked[M_SCOPE], id = number(tree, name);
    if (!(name->flags & RULED))
        close_in(tree, id, tree->marked[M_SPECIAL] - 1);
    else if (id == E_P)
        close_in(tree, id, max(scope, last_html(tree, E_BUTTON)));
    else if (id == E_TEMPLATE)
        close_in(tree, id, -1);
    else if (id == E_TABLE)
        close_in(tree, id, last_html(tree, E_TEMPLATE));
    else if (name->flags & TABLE_PART)
        close_in(tree, id, tree->marked[M_TABLE_SCOPE]);
    else if (id == E_FORM)
        end_form(tree);
    else if (id == E_LI)
        close_in(tree, id, max(scope, max(last_html(tree, E_OL), last_html(tree, E_UL))));
    else if (name->flags & HEADING) {
        int found = -1;
        for (int heading = E_H1; heading <= E_H6; heading++)
            found = max(found, last_html(tree, heading));
        if (found > scope)
            close_at(tree, found);
    } else if (name->flags & FORMATTING)
        adopt(tree, id);
    else if (name->flags & BLOCK_END)
        close_in(tree, id, scope - 1);
    else if (!(name->flags & DOCUMENT))
        close_in(tree, id, tree->marked[M_SPECIAL] - 1);
}

/* What an svg or math element lets in; `encoding` is of annotation-xml alone. */
static int point_of(const Name *name, int space, int html_encoding)
{
    if (space == IN_SVG)
        return name->flags & SVG_POINT ? HTML_POINT : NO_POINT;
    if (name->flags & MATH_POINT)
        return TEXT_POINT;
    if (name->id == E_ANNOTATION_XML)
        return html_encoding ? HTML_POINT : ANNOTATION_POINT;
    return NO_POINT;
}

/* Take in a start tag and say which namespace its element has. `closed` is the solidus of a
   self-closing tag, which counts in foreign content alone; `breaks` is said of a font with one of
   the attributes that leave svg, `html_encoding` of an annotation-xml. */
static int tree_start(Tree *tree, const Name *name, int closed, int breaks, int html_encoding)
{
    int html = by_html_rules(tree, name), space = current_space(tree);
    if (!html && ((name->flags & BREAKOUT) || breaks)) {
        leave_foreign(tree);
        html = 1;
    }
    if (html && (name->id == E_SVG || name->id == E_MATH)) {
        reopen(tree);
        space = name->id == E_SVG ? IN_SVG : IN_MATH;
    } else if (html) {
        if (tree->size)
            start_html(tree, name);
        return IN_HTML;
    }
    if (!closed)
        push(tree, name, space, point_of(name, space, html_encoding));
    return space;
}

/* Take in an end tag; true when it was read by the rules for HTML. */
static int tree_end(Tree *tree, const Name *name)
{
    if (!tree->size)
        return 1;
    if (current_space(tree) != IN_HTML) {
        if (name->id == E_BR || name->id == E_P)
            leave_foreign(tree);
        else {
            /* The walk goes on through foreign elements and ends at the first HTML one. */
            int found = last_foreign(tree, name);
            if (found > tree->marked[M_HTML]) {
                close_at(tree, found);
                return 0;
            }
        }
    }
    end_html(tree, name);
    return 1;
}

/* True when what the tag does depends on elements around the outermost svg or math. */
static int looks_outside(const Tree *tree, const Name *name, int end)
{
    if (!tree->size || (name->flags & DOCUMENT))
        return 0;
    if (!end)
        return (name->flags & TABLE_PART) && by_html_rules(tree, name) &&
               tree->marked[M_TABLE] < 0;
    if (current_space(tree) != IN_HTML &&
        (name->id == E_BR || name->id == E_P || last_foreign(tree, name) > tree->marked[M_HTML]))
        return 0;
    if ((name->flags & TABLE_PART) || name->id == E_TABLE || name->id == E_TEMPLATE)
        return tree->marked[M_TABLE_SCOPE] < 0;
    return !inside_point(tree);
}

#endif
