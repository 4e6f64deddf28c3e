/* The scanner in C as a Python module: consentguard.html.engine chooses between it and scanner.py.

   What it does is in _core.h. Here are the objects around it, and the tables that all scanners
   share: they are filled from the Python modules that say what they hold, so that nothing is said
   twice. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include "_core.h"

/* ---- the Python object ---------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyObject *buffer; /* bytes or a bytearray */
    PyObject *finder; /* a Snippets, or NULL */
    PyObject *idle;   /* sets of bytes of tags that are not reported, or NULL for none */
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
    static char *names[] = {"scripting", "whole", "snippets", "idle", NULL};
    int scripting = 1, whole = 0;
    PyObject *snippets = Py_None, *idle = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$ppOO:Scanner", names, &scripting, &whole,
                                     &snippets, &idle))
        return -1;
    Scanner *scanner = (Scanner *)self;
    const Tables *tables = tables_of(self);
    if (!tables)
        return -1;
    if (snippets != Py_None && (PyObject *)Py_TYPE(snippets) != tables->snippets) {
        PyErr_SetString(PyExc_TypeError, "snippets must be a Snippets of this module, or None");
        return -1;
    }
    if (snippets != Py_None && !((Snippets *)snippets)->finder.next) {
        PyErr_SetString(PyExc_ValueError, "snippets was not begun");
        return -1;
    }
    PyObject *buffer = PyBytes_FromStringAndSize(NULL, 0);
    PyObject *sets = buffer && idle ? PySequence_Tuple(idle) : NULL;
    if (!buffer || (idle && !sets)) {
        Py_XDECREF(buffer);
        return -1;
    }
    Py_XDECREF(scanner->idle);
    scanner->idle = sets;
    if (sets && !PyTuple_Size(sets))
        Py_CLEAR(scanner->idle);
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
    Py_CLEAR(scanner->idle);
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
    /* Made empty and filled: bytes of one letter that are made of it belong to everybody. */
    name = PyBytes_FromStringAndSize(NULL, length);
    if (name) {
        byte *copy = (byte *)PyBytes_AsString(name);
        for (place i = 0; i < length; i++)
            copy[i] = lower(text[i]);
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
static void drop(Core *core)
{
    place done = core->settled;
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
}

static int look_into(Scanner *scanner)
{
    char *b;
    Core *core = &scanner->core;
    if (PyBytes_CheckExact(scanner->buffer)) {
        if (PyBytes_AsStringAndSize(scanner->buffer, &b, &core->size) < 0)
            return -1;
    } else {
        b = PyByteArray_AsString(scanner->buffer);
        core->size = PyByteArray_Size(scanner->buffer);
    }
    core->b = (const byte *)b;
    return 0;
}

/* Put bytes behind what is not settled yet; with nothing before them they are the buffer. What
   waits for long is in a bytearray, which can grow: else each piece would have it copied. */
static int append(Scanner *scanner, PyObject *data, const Py_buffer *view)
{
    Core *core = &scanner->core;
    if (look_into(scanner) < 0)
        return -1;
    place done = core->settled, left = core->size - done, size = left + view->len;
    PyObject *buffer;
    if (!left && PyBytes_CheckExact(data)) {
        buffer = Py_NewRef(data);
    } else if (left <= view->len) {
        buffer = PyBytes_FromStringAndSize(NULL, size);
        if (!buffer)
            return -1;
        memcpy(PyBytes_AsString(buffer), core->b + done, (size_t)left);
        memcpy(PyBytes_AsString(buffer) + left, view->buf, (size_t)view->len);
    } else if (PyBytes_CheckExact(scanner->buffer)) {
        buffer = PyByteArray_FromStringAndSize(NULL, size);
        if (!buffer)
            return -1;
        memcpy(PyByteArray_AsString(buffer), core->b + done, (size_t)left);
        memcpy(PyByteArray_AsString(buffer) + left, view->buf, (size_t)view->len);
    } else {
        buffer = Py_NewRef(scanner->buffer);
        if ((done && PySequence_DelSlice(buffer, 0, done) < 0) ||
            PyByteArray_Resize(buffer, size) < 0) {
            Py_DECREF(buffer);
            return -1;
        }
        memcpy(PyByteArray_AsString(buffer) + left, view->buf, (size_t)view->len);
    }
    Py_DECREF(scanner->buffer);
    scanner->buffer = buffer;
    drop(core);
    return look_into(scanner);
}

/* A prefix and the bytes, whose reference is taken. */
static PyObject *behind(PyObject *prefix, PyObject *bytes)
{
    PyObject *key = PySequence_Concat(prefix, bytes);
    Py_DECREF(bytes);
    return key;
}

/* 1 for a tag, script or sheet about which nobody has to hear, 0 for any other, -1 for an error. */
static int is_idle(Scanner *scanner, const Found *one)
{
    const Core *core = &scanner->core;
    /* Whatever comes behind a base depends on it; one that was cut has its name in the buffer. */
    if (one->id == E_BASE || (one->id == OTHER && one->name_end - one->start == 5 &&
                              alike(core->b + one->start + 1, "base", 4)))
        Py_CLEAR(scanner->idle);
    int sheet = one->what == S_STYLE, foreign = one->space != IN_HTML;
    place start = sheet ? one->end : one->start;
    place length = (one->silent ? one->end : one->stop) - start;
    if (!scanner->idle || one->what > S_STYLE || !one->whole || one->broken ||
        (sheet && foreign) || length > core->tables->short_limit)
        return 0;
    PyObject *key = PyBytes_FromStringAndSize((const char *)core->b + start, length);
    if (key && (sheet || foreign))
        key = behind(sheet ? core->tables->sheet : core->tables->foreign, key);
    int found = key ? 0 : -1;
    for (place i = 0; !found && i < PyTuple_Size(scanner->idle); i++)
        found = PySet_Contains(PyTuple_GetItem(scanner->idle, i), key);
    Py_XDECREF(key);
    return found;
}

static PyObject *scan(Scanner *scanner)
{
    Core *core = &scanner->core;
    core->found_size = 0;
    run(core);
    if (core->failed && !PyErr_Occurred())
        PyErr_NoMemory();
    if (core->failed)
        return NULL;
    PyObject *spans = PyList_New(0);
    for (int i = 0; spans && i < core->found_size; i++) {
        int idle = is_idle(scanner, &core->found[i]);
        PyObject *span = idle ? NULL : span_of(core, &core->found[i]);
        if (idle < 0 || (!idle && (!span || PyList_Append(spans, span) < 0)))
            Py_CLEAR(spans);
        Py_XDECREF(span);
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
    remember(core, data);
    if (append(scanner, data, &view) == 0)
        spans = scan(scanner);
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
    const Known *known = core->tables->known;
    if (core->state == TEXT)
        return PyBytes_FromFormat("</%s>", known[core->raw].text);
    int open, root = drawing(&core->tree, &open);
    PyObject *text = PyBytes_FromString(core->state == COMMENT ? "-->"
                                        : core->state == CDATA ? "]]>"
                                        : core->state == BOGUS ? ">"
                                                               : "");
    PyObject *end = PyBytes_FromFormat("</%s>", known[root < 0 ? 0 : root].text);
    PyObject *ends = end ? PySequence_Repeat(end, open) : NULL;
    Py_XDECREF(end);
    if (text && ends)
        PyBytes_ConcatAndDel(&text, ends);
    else {
        Py_CLEAR(text);
        Py_XDECREF(ends);
    }
    return text;
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
    {"closing", scanner_closing, NULL,
     "What ends the text that the end of the file would cut, and svg.", NULL},
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
        PyErr_SetString(PyExc_ValueError, "literals are too short, too long or too many");
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
    "consentguard.html._scanner.Snippets", sizeof(Snippets), 0, Py_TPFLAGS_DEFAULT,
    SNIPPETS_SLOTS,
};

/* ---- the tables, filled from the modules that say what they hold ----------------------------- */

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

#define NAMES "consentguard.html.names"

/* Words separated by blanks: names of attributes. */
static int read_rare(Tables *tables, const char *name)
{
    PyObject *words = member(NAMES, name);
    place size = 0;
    const char *text = words ? PyUnicode_AsUTF8AndSize(words, &size) : NULL;
    for (place at = 0; text && at < size; at++) {
        place end = find((const byte *)text, at, size, ' ');
        end = end < 0 ? size : end;
        if (tables->rare_count == RARE_LIMIT || end - at >= LONGEST || end - at < 2) {
            PyErr_SetString(PyExc_ImportError, "the scanner in C has no room for an attribute");
            break;
        }
        memcpy(tables->rare[tables->rare_count], text + at, (size_t)(end - at));
        for (int other = 0; other <= 32; other += 32) {
            tables->rare_first[(byte)text[at] & ~other] |= 1u << tables->rare_count;
            tables->rare_second[(byte)text[at + 1] & ~other] |= 1u << tables->rare_count;
        }
        tables->rare_length[tables->rare_count++] = (byte)(end - at);
        at = end;
    }
    Py_XDECREF(words);
    return PyErr_Occurred() ? -1 : 0;
}

/* names.DATA_TYPES. */
static int read_types(Tables *tables)
{
    PyObject *types = member(NAMES, "DATA_TYPES");
    place count = types ? PyTuple_Size(types) : 0;
    for (place i = 0; i < count; i++) {
        char *text;
        place size;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(types, i), &text, &size) < 0)
            break;
        if (i == DATA_LIMIT || size > LONGEST_TYPE) {
            PyErr_SetString(PyExc_ImportError, "the scanner in C has no room for a type");
            break;
        }
        memcpy(tables->data[i], text, (size_t)size);
        tables->data_length[i] = (byte)size;
        tables->data_count++;
    }
    Py_XDECREF(types);
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
        {NAMES, "REPORTED", REPORTED},
        {NAMES, "REPORTED_FOREIGN", REPORTED_FOREIGN},
        {NAMES, "STOPS", BEGINS},
        {NAMES, "END_STOPS", ENDS},
        {NAMES, "RAW", RAW},
        {NAMES, "UNFRAMED", UNFRAMED},
        {NAMES, "DRAWN", DRAWN},
        {NAMES, "HEADED", HEADED},
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
    if (read_marks(tables) < 0 || read_types(tables) < 0 || read_rare(tables, "RARE") < 0)
        return -1;
    tables->styled = tables->rare_count;
    if (read_rare(tables, "STYLED") < 0)
        return -1;
    for (int i = 0; i < tables->count; i++) {
        const Known *one = &tables->known[i];
        int letter = one->text[0] & 31;
        if (one->flags & BEGINS)
            tables->acted_on[0][letter] |= 1u << one->length;
        if (one->flags & ENDS)
            tables->acted_on[1][letter] |= 1u << one->length;
    }
    tables->script_limit = limit(NAMES, "SCRIPT_LIMIT");
    tables->token_limit = limit(NAMES, "TOKEN_LIMIT");
    tables->memory = limit(NAMES, "MEMORY");
    tables->depth_limit = limit("consentguard.html.openelements", "DEPTH_LIMIT");
    tables->torn_limit = (int)limit(NAMES, "TORN_LIMIT");
    tables->template_limit = (int)limit(NAMES, "TEMPLATE_LIMIT");
    tables->active_limit = (int)limit("consentguard.html.formatting", "ACTIVE_LIMIT");
    tables->alike_limit = (int)limit("consentguard.html.formatting", "ALIKE_LIMIT");
    tables->sheet = member("consentguard.html.spans", "SHEET");
    tables->foreign = member("consentguard.html.spans", "FOREIGN");
    tables->short_limit = limit("consentguard.html.spans", "SHORT");
    tables->span = member("consentguard.html.spans", "Span");
    tables->decode = member("consentguard.html.attributes", "decode");
    tables->encodings = member(FOREIGN, "HTML_ENCODINGS");
    tables->no_bytes = PyBytes_FromStringAndSize(NULL, 0);
    tables->latin1 = PyUnicode_FromString("latin-1");
    if (PyErr_Occurred())
        return -1;
    PyObject *whats = member("consentguard.html.spans", "What");
    PyObject *spaces = member(FOREIGN, "Space");
    int failed = !whats || !spaces || read_members(whats, tables->whats, S_KINDS) < 0 ||
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
                 PyModule_AddIntConstant(module, "VERSION", 11) < 0;
    Py_XDECREF(scanner);
    return failed ? -1 : 0;
}

static int each_object(Tables *tables, visitproc visit, void *arg)
{
    for (int i = 0; i < tables->count; i++)
        Py_VISIT(tables->known[i].bytes);
    for (int i = 0; i < S_KINDS; i++)
        Py_VISIT(tables->whats[i]);
    for (int i = 0; i < 3; i++)
        Py_VISIT(tables->spaces[i]);
    Py_VISIT(tables->snippets);
    Py_VISIT(tables->span);
    Py_VISIT(tables->sheet);
    Py_VISIT(tables->foreign);
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
    for (int i = 0; i < S_KINDS; i++)
        Py_CLEAR(tables->whats[i]);
    for (int i = 0; i < 3; i++)
        Py_CLEAR(tables->spaces[i]);
    Py_CLEAR(tables->snippets);
    Py_CLEAR(tables->span);
    Py_CLEAR(tables->sheet);
    Py_CLEAR(tables->foreign);
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
