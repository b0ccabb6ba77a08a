// XML as a row of tokens, for the pull parser and for ConvertXML.
// A token: {type, name, text, attributes: [[name, value]], empty, end} with `end` the offset after it; type is one of
// declaration, start, end, text, cdata, comment, doctype, instruction.
const ENTITIES = { lt: "<", gt: ">", amp: "&", apos: "'", quot: '"' };

class XmlError extends Error {}

const point = (digits, radix) => {
  const value = parseInt(digits, radix);
  return value > 0 && value <= 0x10ffff ? String.fromCodePoint(value) : undefined;
};

// `entities` are those of the document type's internal subset.
const resolved = (text, entities = {}) =>
  text.replace(/&([^;&<\s]*)(;?)/g, (found, name, end) => {
    const value = /^#x/i.test(name)
      ? point(name.slice(2), 16)
      : name[0] === "#"
        ? point(name.slice(1), 10)
        : (ENTITIES[name] ?? entities[name]);
    if (!end || value === undefined) throw new XmlError(end ? `unknown entity: ${found}` : "unterminated entity ref");
    return value;
  });

const attributesOf = (text, entities) => {
  const attributes = [];
  const shape = /\s+([^\s=/>"'<]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
  while (text.slice(shape.lastIndex).trim() !== "") {
    const start = shape.lastIndex;
    const found = shape.exec(text);
    if (!found) throw new XmlError(`illegal attribute name: ${text.slice(start).trim()}`);
    if (attributes.some(([name]) => name === found[1])) throw new XmlError(`attribute ${found[1]} twice`);
    attributes.push([found[1], resolved(found[2] ?? found[3], entities).replace(/[\r\n\t]/g, " ")]);
  }
  return attributes;
};

// The end of a tag or of a document type, whose quoted parts may hold any character.
const closing = (text, from, brackets) => {
  let [quote, depth] = ["", 0];
  for (let index = from; index < text.length; index++) {
    const character = text[index];
    if (quote) quote = character === quote ? "" : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (brackets && character === "[") depth++;
    else if (brackets && character === "]") depth--;
    else if (character === ">" && depth === 0) return index;
  }
  throw new XmlError("UNEXPECTED_EOF");
};

const upTo = (text, from, end, type) => {
  const index = text.indexOf(end, from);
  if (index < 0) throw new XmlError(`Cannot find the '${end}' in xml string.`);
  return { type, name: "", text: text.slice(from, index), end: index + end.length };
};

const NAME = /^[\p{L}_:][\p{L}\p{M}\p{Nd}_:.\-·]*$/u;
const named = (name) => {
  if (!NAME.test(name)) throw new XmlError(name === "" ? "name expected" : `The node name contains invalid characters: ${name}`);
  return name;
};

const entitiesOf = (doctype) =>
  Object.fromEntries([...doctype.matchAll(/<!ENTITY\s+([^\s%]+)\s+(?:"([^"]*)"|'([^']*)')\s*>/g)].map((found) => [found[1], found[2] ?? found[3]]));

const markup = (text, from, entities) => {
  if (text.startsWith("<!--", from)) return upTo(text, from + 4, "-->", "comment");
  if (text.startsWith("<![CDATA[", from)) return upTo(text, from + 9, "]]>", "cdata");
  if (text.startsWith("<!DOCTYPE", from)) {
    const end = closing(text, from + 9, true);
    return { type: "doctype", name: "", text: text.slice(from + 9, end), end: end + 1 };
  }
  if (text.startsWith("<?", from)) {
    const token = upTo(text, from + 2, "?>", "instruction");
    const [, name, rest] = /^(\S+)\s*([^]*)$/.exec(token.text) ?? [];
    if (name === undefined) throw new XmlError("name expected");
    if (name.toLowerCase() !== "xml") return { ...token, name: named(name), text: rest };
    if (from > 0) throw new XmlError("processing instructions must not start with xml");
    return { ...token, type: "declaration", attributes: attributesOf(` ${rest}`, {}) };
  }
  if (text[from + 1] === "!") throw new XmlError("Unexpected <!");
  const end = closing(text, from, false);
  if (text[from + 1] === "/") {
    return { type: "end", name: named(text.slice(from + 2, end).trim()), text: "", end: end + 1 };
  }
  const empty = text[end - 1] === "/";
  const [, name, rest] = /^([^\s/]*)([^]*)$/.exec(text.slice(from + 1, empty ? end - 1 : end));
  return { type: "start", name: named(name), text: "", attributes: attributesOf(rest, entities), empty, end: end + 1 };
};

// Throws XmlError at the first place that is not well-formed; what came before has been given by then.
const tokens = function* (text) {
  const open = [];
  let [at, entities, rooted] = [0, {}, false];
  while (at < text.length) {
    if (text[at] !== "<") {
      const end = text.indexOf("<", at) < 0 ? text.length : text.indexOf("<", at);
      const raw = text.slice(at, end);
      if (open.length === 0 && raw.trim() !== "") throw new XmlError(`Unexpected token: ${raw.trim()}`);
      if (raw.includes("]]>")) throw new XmlError('Illegal: "]]>" outside CDATA section');
      yield { type: "text", name: "", text: resolved(raw.replace(/\r\n?/g, "\n"), entities), end, depth: open.length };
      at = end;
      continue;
    }
    const token = markup(text, at, entities);
    if (token.type === "doctype") entities = entitiesOf(token.text);
    if (token.type === "cdata" && open.length === 0) throw new XmlError("Unexpected token");
    if (token.type === "start") {
      if (open.length === 0 && rooted) throw new XmlError("more than one root element");
      rooted = true;
      if (!token.empty) open.push(token.name);
    }
    if (token.type === "end") {
      const expected = open.pop();
      if (expected === undefined) throw new XmlError(`read end tag ${token.name} with no tags open`);
      if (expected !== token.name) throw new XmlError(`expected: /${expected} read: ${token.name}`);
    }
    yield { ...token, depth: open.length };
    at = token.end;
  }
  if (open.length > 0) throw new XmlError("UNEXPECTED_EOF");
  if (!rooted) throw new XmlError("no element");
};

Object.assign(exports, { XmlError, tokens });
