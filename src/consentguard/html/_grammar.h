/* What ends a tag, and which element is which.

   The twin of grammar.py, tagend.py and scriptend.py. Which names matter, and how, is said in
   names.py and foreign.py; the tables here are filled from those modules when this one is imported.
   Section names are those of the WHATWG HTML standard, chapter 13.2.5. */

#ifndef CONSENTGUARD_GRAMMAR_H
#define CONSENTGUARD_GRAMMAR_H

#include "_bytes.h"

/* ---- names ---------------------------------------------------------------------------------- */

/* Elements with a rule of their own here. */
#define OWN_RULES(X) \
    X(E_A, "a") X(E_ADDRESS, "address") X(E_ANNOTATION_XML, "annotation-xml") X(E_BASE, "base") \
    X(E_BODY, "body") X(E_BR, "br") X(E_BUTTON, "button") X(E_COL, "col") \
    X(E_COLGROUP, "colgroup") X(E_CAPTION, "caption") X(E_DD, "dd") X(E_DT, "dt") \
    X(E_FONT, "font") X(E_FORM, "form") X(E_FRAMESET, "frameset") X(E_H1, "h1") X(E_H2, "h2") \
    X(E_H3, "h3") X(E_H4, "h4") X(E_H5, "h5") X(E_H6, "h6") X(E_HR, "hr") X(E_HTML, "html") \
    X(E_INPUT, "input") X(E_LI, "li") X(E_MALIGNMARK, "malignmark") X(E_MATH, "math") \
    X(E_MGLYPH, "mglyph") X(E_NOBR, "nobr") X(E_NOSCRIPT, "noscript") X(E_OL, "ol") \
    X(E_OPTGROUP, "optgroup") X(E_OPTION, "option") X(E_P, "p") X(E_PLAINTEXT, "plaintext") \
    X(E_RB, "rb") X(E_RP, "rp") X(E_RT, "rt") X(E_RTC, "rtc") X(E_RUBY, "ruby") \
    X(E_SCRIPT, "script") X(E_SELECT, "select") X(E_STYLE, "style") X(E_SVG, "svg") \
    X(E_TABLE, "table") X(E_TBODY, "tbody") X(E_TD, "td") X(E_TEMPLATE, "template") \
    X(E_TFOOT, "tfoot") X(E_TH, "th") X(E_THEAD, "thead") X(E_TR, "tr") X(E_UL, "ul") \
    X(E_USE, "use")

enum {
    OTHER = -2,   /* an element that no table names */
    NOTHING = -1, /* no element */
#define X(id, text) id,
    OWN_RULES(X)
#undef X
};

/* What the tables say of a name: the sets of foreign.py, treerules.py and names.py. */
enum {
    BREAKOUT = 1 << 0,
    EMPTY = 1 << 1,
    DOCUMENT = 1 << 2,
    TABLE_PART = 1 << 3,
    CLOSES_P = 1 << 4,
    HEADING = 1 << 5,
    FORMATTING = 1 << 6,
    MARKER = 1 << 7,
    IMPLIED = 1 << 8,
    BLOCK_END = 1 << 9,
    USUAL = 1 << 10,
    SVG_POINT = 1 << 11,
    MATH_POINT = 1 << 12,
    AS_IT_IS = 1 << 13,
    RULED = 1 << 14,
    REPORTED = 1 << 15,
    REPORTED_FOREIGN = 1 << 16,
    RAW = 1 << 17,
    BEGINS = 1 << 18, /* a start tag that the scanner acts on in HTML content */
    ENDS = 1 << 19,   /* an end tag that it acts on there */
    UNFRAMED = 1 << 20, /* a start tag that a browser in a frameset ignores, and reads on behind */
    HEADED = 1 << 22, /* a start tag with which a template goes on as it began */
    DRAWN = 1 << 21,    /* its end tag belongs to a drawing: no HTML around it is closed by that */
};

enum { KNOWN_LIMIT = 320, SLOTS = 1024, LONGEST = 24, RARE_LIMIT = 16 };
enum { DATA_LIMIT = 8, LONGEST_TYPE = 40 };

typedef struct {
    char text[LONGEST];
    byte length;
    byte marks; /* openelements.Mark, a bit each */
    uint32_t flags;
    PyObject *bytes;
} Known;

/* Everything that is the same for all scanners. */
typedef struct {
    Known known[KNOWN_LIMIT];
    int count;
    int16_t slots[SLOTS];
    char rare[RARE_LIMIT][LONGEST]; /* attributes that make any tag interesting: by beginning */
    byte rare_length[RARE_LIMIT];
    int rare_count, styled; /* how many; from which on they hold CSS */
    char data[DATA_LIMIT][LONGEST_TYPE]; /* types of scripts that hold data */
    byte data_length[DATA_LIMIT];
    int data_count;
    uint32_t rare_first[256], rare_second[256]; /* which of them have this byte there, a bit each */
    /* Start tags and end tags that are acted on in HTML content: their lengths, by first letter. */
    uint32_t acted_on[2][32];
    place script_limit, token_limit, memory, depth_limit, short_limit;
    int active_limit, alike_limit, torn_limit, template_limit;
    PyObject *snippets, *span, *sheet, *foreign, *no_bytes, *decode, *encodings, *latin1;
    PyObject *whats[10], *spaces[3];
} Tables;

typedef struct {
    const byte *at;
    place length;
    int id; /* an index into Tables.known, or OTHER */
    uint32_t flags;
} Name;

#define HASH_SLOT(hash) (((hash) ^ ((hash) >> 13)) & (SLOTS - 1))

static int known_name(const Tables *tables, const byte *text, place length, uint32_t hash)
{
    uint32_t slot = HASH_SLOT(hash);
    for (; tables->slots[slot] >= 0; slot = (slot + 1) & (SLOTS - 1)) {
        const Known *one = &tables->known[tables->slots[slot]];
        if (one->length == length && alike(text, one->text, length))
            return tables->slots[slot];
    }
    return OTHER;
}

static uint32_t name_hash(const byte *text, place length)
{
    uint32_t hash = 5381;
    for (place i = 0; i < length; i++)
        hash = hash * 33 ^ lower(text[i]);
    return hash;
}

static void name_set(Name *name, const Tables *tables, int id)
{
    name->at = (const byte *)tables->known[id].text;
    name->length = tables->known[id].length;
    name->id = id;
    name->flags = tables->known[id].flags;
}

/* ---- tags ----------------------------------------------------------------------------------- */

/* Where in a tag: "tag name state" to "attribute value (unquoted) state". */
enum {
    IN_NAME,
    IN_BEFORE,    /* "before attribute name", "self-closing start tag", "after value (quoted)" */
    IN_ATTRIBUTE,
    IN_AFTER,
    IN_VALUE,
    IN_DOUBLE,
    IN_SINGLE,
    IN_BARE
};

typedef struct {
    place at; /* where to go on */
    int state;
} TagEnd;

/* Go on to the end of the buffer; true when the tag closes, with `at` behind its ">". */
static int tag_end(TagEnd *tag, const byte *b, place size)
{
    place at = tag->at;
    int state = tag->state;
    while (at < size) {
        switch (state) {
        case IN_NAME:
            while (at < size && !(CLASS[b[at]] & ENDS_NAME))
                at++;
            state = at < size ? IN_BEFORE : IN_NAME;
            break;
        case IN_BEFORE:
            while (at < size && ((CLASS[b[at]] & SPACE) || b[at] == '/'))
                at++;
            if (at >= size)
                break;
            if (b[at++] == '>')
                goto closed;
            state = IN_ATTRIBUTE; /* its first byte may be "=" */
            break;
        case IN_ATTRIBUTE:
            while (at < size && !(CLASS[b[at]] & ENDS_ATTRIBUTE))
                at++;
            state = at < size ? IN_AFTER : IN_ATTRIBUTE;
            break;
        case IN_AFTER:
            while (at < size && (CLASS[b[at]] & SPACE))
                at++;
            if (at >= size)
                break;
            if (b[at] == '=') {
                at++;
                state = IN_VALUE;
            } else
                state = IN_BEFORE;
            break;
        case IN_VALUE:
            while (at < size && (CLASS[b[at]] & SPACE))
                at++;
            if (at >= size)
                break;
            state = b[at] == '"' ? IN_DOUBLE : b[at] == '\'' ? IN_SINGLE : IN_BARE;
            if (b[at] == '>') {
                at++;
                goto closed;
            }
            at++;
            break;
        case IN_BARE:
            while (at < size && !(CLASS[b[at]] & SPACE) && b[at] != '>')
                at++;
            state = at < size ? IN_BEFORE : IN_BARE;
            break;
        default: {
            place quote = find(b, at, size, state == IN_DOUBLE ? '"' : '\'');
            at = quote < 0 ? size : quote + 1;
            if (quote >= 0)
                state = IN_BEFORE;
        }
        }
    }
    tag->at = at;
    tag->state = state;
    return 0;
closed:
    tag->at = at;
    return 1;
}

typedef struct {
    place start, end;             /* of the name */
    place value_start, value_end; /* of the value without quotes; empty behind a bare name */
} Attribute;

/* The next attribute of a whole tag that ends at `end`; false when there is none. */
static int attribute(const byte *b, place *from, place end, Attribute *one)
{
    place at = *from;
    while (at < end && ((CLASS[b[at]] & SPACE) || b[at] == '/'))
        at++;
    if (at >= end || b[at] == '>')
        return 0;
    one->start = at++;
    while (at < end && !(CLASS[b[at]] & ENDS_ATTRIBUTE))
        at++;
    one->end = one->value_start = one->value_end = at;
    place next = at;
    while (next < end && (CLASS[b[next]] & SPACE))
        next++;
    if (next < end && b[next] == '=') {
        at = next + 1;
        while (at < end && (CLASS[b[at]] & SPACE))
            at++;
        if (at < end && (b[at] == '"' || b[at] == '\'')) {
            place quote = find(b, at + 1, end, b[at]);
            one->value_start = at + 1;
            one->value_end = quote < 0 ? end : quote;
            at = quote < 0 ? end : quote + 1;
        } else {
            one->value_start = at;
            while (at < end && !(CLASS[b[at]] & SPACE) && b[at] != '>')
                at++;
            one->value_end = at;
        }
    }
    *from = at;
    return 1;
}

/* CSS without an escape or a character reference, and without a function whose name ends as those
   do that take a URL, holds none; what begins with "#" is a part of this very page. */
static int is_calm(const byte *b, const Attribute *one)
{
    if (b[one->end] != '=' || b[one->end + 1] != '"')
        return 0;
    for (place at = one->value_start; at < one->value_end; at++) {
        if (b[at] == '\\' || b[at] == '&')
            return 0;
        if (b[at] != '(' || b[at + 1] == '#')
            continue;
        byte last = lower(b[at - 1]);
        if (last == 'l' || last == 't' || last == 'c')
            return 0;
    }
    return 1;
}

/* True when the attribute is one of those and may matter. */
static int among_rare(const Tables *tables, const byte *b, const Attribute *one, uint32_t which)
{
    for (int i = 0; which; i++, which >>= 1)
        if ((which & 1) && one->end - one->start >= tables->rare_length[i] &&
            alike(b + one->start, tables->rare[i], tables->rare_length[i]))
            return i < tables->styled || !is_calm(b, one);
    return 0;
}

/* True when an attribute may matter whatever the element; one that begins like it counts too. */
static inline int rare(const Tables *tables, const byte *b, const Attribute *one)
{
    uint32_t which = tables->rare_first[b[one->start]] & tables->rare_second[b[one->start + 1]];
    return which && among_rare(tables, b, one, which);
}

typedef struct {
    Name name;
    place start, name_end, end;
    int slash;  /* an end tag */
    int closed; /* "self-closing start tag": the solidus is not part of a value */
    int rare;   /* an attribute may matter whatever the element */
} Tag;

static void read_name(const Tables *tables, const byte *b, Tag *tag)
{
    tag->name.at = b + tag->start + 1 + tag->slash;
    tag->name.length = b + tag->name_end - tag->name.at;
    tag->name.id = known_name(tables, tag->name.at, tag->name.length,
                              name_hash(tag->name.at, tag->name.length));
    tag->name.flags = tag->name.id < 0 ? 0 : tables->known[tag->name.id].flags;
}

/* True for a name that nothing in HTML content is done about, told by its first letter and its
   length; false says nothing. */
static int is_dull(const Tables *tables, const byte *b, const Tag *tag)
{
    place length = tag->name_end - tag->start - 1 - tag->slash;
    uint32_t lengths = tables->acted_on[tag->slash][b[tag->start + 1 + tag->slash] & 31];
    return !(lengths >> (length < LONGEST ? length : LONGEST) & 1);
}

/* Read a tag at "<" whole, all but what its name means; false when its end has not come. */
static int read_tag(const Tables *tables, const byte *b, place at, place size, Tag *tag)
{
    tag->start = at++;
    tag->slash = b[at] == '/';
    at += tag->slash;
    at = ends(b, at, size, ENDS_NAME);
    tag->name_end = at;
    tag->rare = 0;
    for (;;) {
        place between = at;
        while (at < size && ((CLASS[b[at]] & SPACE) || b[at] == '/'))
            at++;
        if (at >= size)
            return 0;
        if (b[at] == '>') {
            tag->closed = at > between && b[at - 1] == '/';
            break;
        }
        Attribute one;
        one.start = at++;
        at = ends(b, at, size, ENDS_ATTRIBUTE);
        one.end = one.value_start = one.value_end = at;
        while (at < size && (CLASS[b[at]] & SPACE))
            at++;
        if (at >= size)
            return 0;
        if (b[at] == '=') {
            at++;
            while (at < size && (CLASS[b[at]] & SPACE))
                at++;
            if (at >= size)
                return 0;
            if (b[at] == '"' || b[at] == '\'') {
                place quote = find_near(b, at + 1, size, b[at]);
                if (quote < 0)
                    return 0;
                one.value_start = at + 1;
                one.value_end = quote;
                at = quote + 1;
            } else {
                while (at < size && !(CLASS[b[at]] & SPACE) && b[at] != '>')
                    at++;
                if (at >= size)
                    return 0;
            }
        }
        tag->rare = tag->rare || rare(tables, b, &one);
    }
    tag->end = at + 1;
    return 1;
}

/* A `use` that shows a part of this very page contacts nobody. */
static int local_use(const byte *b, const Tag *tag)
{
    Attribute one;
    place at = tag->name_end;
    while (attribute(b, &at, tag->end, &one)) {
        place length = one.end - one.start;
        if ((length == 4 && alike(b + one.start, "href", 4)) ||
            (length == 10 && alike(b + one.start, "xlink:href", 10)))
            if (one.value_start == one.value_end || b[one.value_start] != '#')
                return 0;
    }
    return 1;
}

/* ---- ends of text --------------------------------------------------------------------------- */

/* Where "appropriate end tag token" of that name begins, or -1. */
static place raw_end(const byte *b, place from, place size, const char *name, place length)
{
    for (place at = from; (at = find(b, at, size - length - 2, '<')) >= 0; at++)
        if (b[at + 1] == '/' && alike(b + at + 2, name, length) &&
            (CLASS[b[at + 2 + length]] & ENDS_NAME))
            return at;
    return -1;
}

/* Behind "--" and "!": where a comment ends, or -1. */
static place comment_end(const byte *b, place from, place size)
{
    for (place at = from; (at = find(b, at, size - 2, '-')) >= 0; at++)
        if (b[at + 1] == '-') {
            if (b[at + 2] == '>')
                return at + 3;
            if (b[at + 2] == '!' && at + 3 < size && b[at + 3] == '>')
                return at + 4;
        }
    return -1;
}

static place section_end(const byte *b, place from, place size)
{
    for (place at = from; (at = find(b, at, size - 2, ']')) >= 0; at++)
        if (b[at + 1] == ']' && b[at + 2] == '>')
            return at + 3;
    return -1;
}

typedef struct {
    place at;
    int escaped; /* 1 "script data escaped", 2 "double escaped" */
} ScriptEnd;

enum { PARTIAL = 8 };

static int script_word(const byte *b, place at, place size)
{
    return at + 6 < size && alike(b + at, "script", 6) && (CLASS[b[at + 6]] & ENDS_NAME);
}

/* Go on to the end of the buffer; the index of the end tag, or -1 when it has not come. */
static place script_end(ScriptEnd *script, const byte *b, place size)
{
    place at = script->at, done = script->at;
    int escaped = script->escaped;
    while (at < size) {
        if (!escaped && (at = find(b, at, size, '<')) < 0)
            break;
        if (b[at] == '<' && at + 1 < size) {
            if (b[at + 1] == '/' && script_word(b, at + 2, size)) {
                if (escaped != 2)
                    return at;
                escaped = 1;
                done = at += 8;
                continue;
            }
            if (b[at + 1] == '!' && at + 3 < size && b[at + 2] == '-' && b[at + 3] == '-') {
                /* "<!-->" and "<!--->" close at once: its dashes count for the end as well. */
                escaped = escaped ? escaped : 1;
                done = at += 2;
                continue;
            }
            if (escaped && script_word(b, at + 1, size)) {
                escaped = 2;
                done = at += 7;
                continue;
            }
        } else if (b[at] == '-' && at + 2 < size && b[at + 1] == '-' && b[at + 2] == '>') {
            escaped = 0;
            done = at += 3;
            continue;
        }
        at++;
    }
    script->escaped = escaped;
    /* What may have come of `</script` and its delimiter is looked at again. */
    script->at = done > size - PARTIAL ? done : size - PARTIAL;
    return -1;
}

#endif
