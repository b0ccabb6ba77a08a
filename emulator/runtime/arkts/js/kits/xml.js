// @ohos.xml
const text = kit.require("@emulator.text");
const { XmlError, tokens } = kit.require("@emulator.xmlReader");

const EventType = {
  START_DOCUMENT: 0,
  END_DOCUMENT: 1,
  START_TAG: 2,
  END_TAG: 3,
  TEXT: 4,
  CDSECT: 5,
  COMMENT: 6,
  DOCDECL: 7,
  INSTRUCTION: 8,
  ENTITY_REFERENCE: 9,
  WHITESPACE: 10,
};
for (const [name, value] of Object.entries(EventType)) EventType[value] = name;

const wrong = (value, type) => kit.fail(401, `Parameter error.The type of ${value} must be ${type}`);

const bytesOf = (given, encoding) => {
  if (typeof given !== "object" || given === null) wrong(given, "object");
  if (encoding !== undefined && encoding !== null) {
    if (typeof encoding !== "string" || encoding === "") wrong(encoding, "string");
    if (encoding.toLowerCase() !== "utf-8") kit.fail(401, "Parameter error.Just support utf-8");
  }
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  if (ArrayBuffer.isView(given)) return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  return kit.fail(401, "Parameter error. The type of Parameter must be ArrayBuffer or DataView");
};

const KINDS = { text: "TEXT", cdata: "CDSECT", comment: "COMMENT", doctype: "DOCDECL", instruction: "INSTRUCTION" };

// The names in force: an element's own xmlns attributes over those of the elements around it.
const scoped = (around, attributes) => {
  const scope = { ...around };
  for (const [name, value] of attributes) {
    if (name === "xmlns") scope[""] = value;
    else if (name.startsWith("xmlns:")) scope[name.slice(6)] = value;
  }
  return scope;
};

// What the callbacks get, event by event.
const events = function* (source, options) {
  const open = [];
  const place = (end) => {
    const lines = source.slice(0, end).split("\n");
    return { line: lines.length, column: lines[lines.length - 1].length + 1 };
  };
  const event = (type, values, end) => ({
    ...{ type: EventType[type], name: "", text: "", prefix: "", namespace: "", attributes: [], empty: false, depth: open.length },
    ...values,
    ...place(end),
  });
  const identified = (name, scope) => {
    if (options.ignoreNameSpace === true) return { name, prefix: "", namespace: "" };
    const colon = name.indexOf(":");
    const prefix = colon < 0 ? "" : name.slice(0, colon);
    if (prefix !== "" && scope[prefix] === undefined) throw new XmlError(`Undefined Prefix: ${prefix} in ${name}`);
    return { name: name.slice(colon + 1), prefix, namespace: scope[prefix] ?? "" };
  };
  yield event("START_DOCUMENT", {}, 0);
  for (const token of tokens(source)) {
    if (token.type === "start") {
      const scope = scoped(open[open.length - 1]?.scope ?? {}, token.attributes);
      const plain = options.ignoreNameSpace === true;
      const attributes = token.attributes.filter(([name]) => plain || (name !== "xmlns" && !name.startsWith("xmlns:")));
      const element = { ...identified(token.name, scope), attributes, scope };
      open.push(element);
      yield event("START_TAG", { ...element, empty: token.empty }, token.end);
      if (token.empty) {
        yield event("END_TAG", { ...element, empty: true }, token.end);
        open.pop();
      }
    } else if (token.type === "end") {
      yield event("END_TAG", { ...open[open.length - 1], attributes: [] }, token.end);
      open.pop();
    } else if (KINDS[token.type] && (token.type !== "doctype" || options.supportDoctype === true)) {
      if (token.type === "text" && open.length === 0) continue;
      const blank = token.type === "text" && token.text.trim() === "";
      yield event(blank ? "WHITESPACE" : KINDS[token.type], { text: token.text }, token.end);
    }
  }
  yield event("END_DOCUMENT", {}, source.length);
};

const infoOf = (event) => ({
  getColumnNumber: () => event.column,
  getDepth: () => event.depth,
  getLineNumber: () => event.line,
  getName: () => event.name,
  getNamespace: () => event.namespace,
  getPrefix: () => event.prefix,
  getText: () => event.text,
  isEmptyElementTag: () => event.type === EventType.START_TAG && event.empty,
  isWhitespace: () => event.type === EventType.WHITESPACE,
  getAttributeCount: () => event.attributes.length,
});

// Each callback ends the parsing by answering false.
const told = (event, options) => {
  const { tagValueCallbackFunction: tag, tokenValueCallbackFunction: token } = options;
  const { attributeWithTagCallbackFunction: withTag, attributeValueCallbackFunction: attribute } = options;
  if (tag && tag(event.name, event.text) === false && event.type === EventType.START_TAG) return false;
  if (token && token(event.type, infoOf(event)) !== true) return false;
  if (event.type !== EventType.START_TAG) return true;
  if (withTag && event.attributes.some(([name, value]) => withTag(event.name, name, value) === false)) return false;
  return !attribute || event.attributes.every(([name, value]) => attribute(name, value) !== false);
};

// The tag callback hears of tags and texts only.
const heard = (event, options) =>
  [EventType.START_DOCUMENT, EventType.END_DOCUMENT].includes(event.type) ? { ...options, tagValueCallbackFunction: undefined } : options;

class XmlPullParser {
  #source;

  constructor(buffer, encoding) {
    const bytes = bytesOf(buffer, encoding);
    const end = bytes.indexOf(0);
    this.#source = text.decode("utf-8", end < 0 ? bytes : bytes.subarray(0, end), true).text.replace(/^\ufeff/, "");
  }

  parseXml(options) {
    if (typeof options !== "object" || options === null) wrong(options, "object");
    try {
      for (const event of events(this.#source, options)) {
        if (!told(event, heard(event, options))) return;
      }
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      kit.fail(401, error.message);
    }
  }

  parse(options) {
    this.parseXml(options);
  }
}

const escaped = (value) =>
  value.replace(/['"&<>]/g, (found) => ({ "'": "&apos;", '"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;" })[found]);

// The text of a document as it grows. `fail(reason)` is how the serializer complains: "position", "match".
class Writer {
  #write;
  #fail;
  #last = "";
  #declared = false;
  #open = [];
  #spaces = [];

  constructor(write, fail) {
    this.#write = write;
    this.#fail = fail;
  }

  // Ends a start tag that is still open; its namespaces come last.
  #closed() {
    if (this.#last !== "start" && this.#last !== "attribute") return "";
    const element = this.#open[this.#open.length - 1];
    const written = element.spaces.map(([prefix, space]) => ` xmlns:${prefix}="${space}"`).join("");
    element.spaces = [];
    return `${written}>`;
  }

  #line(first) {
    return first ? "" : `\r\n${"  ".repeat(this.#open.length)}`;
  }

  #item(written, last) {
    this.#write(this.#closed() + this.#line(this.#last === "") + written);
    this.#last = last;
  }

  declaration() {
    if (this.#declared) this.#fail("declaration");
    this.#declared = true;
    this.#write('<?xml version="1.0" encoding="utf-8"?>');
    this.#last = "declaration";
  }

  namespace(prefix, space) {
    this.#write(this.#closed());
    this.#spaces.push([prefix, space]);
    this.#last = "namespace";
  }

  start(name) {
    const prefix = this.#spaces[this.#spaces.length - 1]?.[0] ?? this.#open[this.#open.length - 1]?.prefix ?? "";
    const full = prefix ? `${prefix}:${name}` : name;
    this.#write(`${this.#closed()}${this.#line(this.#last === "" || this.#last === "declaration")}<${full}`);
    this.#open.push({ full, prefix, spaces: this.#spaces });
    this.#spaces = [];
    this.#last = "start";
  }

  attribute(name, value) {
    if (this.#last !== "start" && this.#last !== "attribute") this.#fail("attribute");
    this.#write(` ${name}="${escaped(value)}"`);
    this.#last = "attribute";
  }

  end() {
    if (this.#open.length === 0) this.#fail("match");
    if (this.#last === "start" || this.#last === "attribute") {
      this.#write(this.#closed().replace(/>$/, "/>"));
      this.#open.pop();
    } else {
      const { full } = this.#open.pop();
      this.#write(`${this.#line(this.#last === "text")}</${full}>`);
    }
    this.#last = "end";
  }

  empty(name) {
    this.#item(`<${name}/>`, "empty");
  }

  text(value) {
    this.#write(this.#closed() + escaped(value));
    this.#last = "text";
  }

  comment(value) {
    this.#item(`<!--${value}-->`, "comment");
  }

  cdata(value) {
    this.#item(`<![CDATA[${value.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`, "cdata");
  }

  doctype(value) {
    this.#item(`<!DOCTYPE ${value}>`, "doctype");
  }
}

const string = (value) => (typeof value === "string" ? value : wrong(value, "string"));

// Both serializers check the same way; `empty` is the code for an empty text.
const checkedBy = (empty) => (value) =>
  string(value) === "" ? kit.fail(empty, empty === 401 ? "Parameter error. Parameter cannot be empty" : "Parameter error. Cannot be an empty string.") : value;

const methods = (filled, cdata) => ({
  setAttributes: (writer, name, value) => writer.attribute(filled(name), string(value)),
  addEmptyElement: (writer, name) => writer.empty(filled(name)),
  setDeclaration: (writer) => writer.declaration(),
  startElement: (writer, name) => writer.start(filled(name)),
  endElement: (writer) => writer.end(),
  setNamespace: (writer, prefix, space) => writer.namespace(filled(prefix), filled(space)),
  setComment: (writer, value) => writer.comment(filled(value)),
  [cdata]: (writer, value) => writer.cdata(filled(value)),
  setText: (writer, value) => writer.text(filled(value)),
  setDocType: (writer, value) => writer.doctype(filled(value)),
});

const give = (Class, table, writerOf) => {
  for (const [name, method] of Object.entries(table)) {
    Object.defineProperty(Class.prototype, name, {
      value: { [name](...args) { return method(writerOf(this), ...args); } }[name],
      writable: true,
      configurable: true,
    });
  }
};

class XmlSerializer {
  #writer;

  constructor(buffer, encoding) {
    const bytes = bytesOf(buffer, encoding);
    let at = 0;
    // A piece that does not fit is left out as a whole, and nobody is told.
    const write = (piece) => {
      const encoded = text.toUtf8(piece);
      if (at + encoded.length > bytes.length) return;
      bytes.set(encoded, at);
      at += encoded.length;
    };
    const reasons = { declaration: "illegal position for declaration", attribute: "illegal position for attribute" };
    this.#writer = new Writer(write, (reason) => kit.fail(401, reasons[reason] ?? "illegal position for end tag"));
  }

  static {
    give(this, methods(checkedBy(401), "setCDATA"), (serializer) => serializer.#writer);
  }
}

const LONGEST = 100000;

class XmlDynamicSerializer {
  #written = "";
  #writer;

  constructor(encoding) {
    if (encoding !== undefined && string(encoding).toLowerCase() !== "utf-8") {
      kit.fail(10200066, "Incorrect encoding format, only support utf-8.");
    }
    const write = (piece) => {
      if (this.#written.length + piece.length > LONGEST) {
        kit.fail(10200062, `The cumulative length of xml has exceeded the upper limit ${LONGEST}.`);
      }
      this.#written += piece;
    };
    this.#writer = new Writer(write, (reason) => {
      if (reason === "match") kit.fail(10200065, "There is no match between the startElement and the endElement.");
      kit.fail(10200063, "illegal position for xml.");
    });
  }

  static {
    give(this, methods(checkedBy(10200064), "setCdata"), (serializer) => serializer.#writer);
  }

  getOutput() {
    return text.toUtf8(this.#written).buffer;
  }
}

exports.default = { EventType, XmlDynamicSerializer, XmlPullParser, XmlSerializer };
