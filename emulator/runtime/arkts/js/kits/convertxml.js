// @ohos.convertxml
const { XmlError, tokens } = kit.require("@emulator.xmlReader");

const KEYS = {
  declaration: "_declaration",
  instruction: "_instruction",
  attributes: "_attributes",
  text: "_text",
  cdata: "_cdata",
  doctype: "_doctype",
  comment: "_comment",
  parent: "_parent",
  type: "_type",
  name: "_name",
  elements: "_elements",
};
const IGNORABLE = ["Declaration", "Instruction", "Attributes", "Comment", "CDATA", "Doctype", "Text"];

const optionsOf = (given) => {
  const options = { ...KEYS, trim: given?.trim === true, ignore: {} };
  for (const name of Object.keys(KEYS)) {
    if (typeof given?.[`${name}Key`] === "string") options[name] = given[`${name}Key`];
  }
  for (const name of IGNORABLE) options.ignore[name.toLowerCase()] = given?.[`ignore${name}`] === true;
  return options;
};

// A tree of nodes {token, children}, its top holding what stands beside the root element.
const tree = (text) => {
  const top = { children: [] };
  const open = [top];
  for (const token of tokens(text)) {
    const node = { token, children: [] };
    if (token.type === "end") {
      open.pop();
      continue;
    }
    open[open.length - 1].children.push(node);
    if (token.type === "start" && !token.empty) open.push(node);
  }
  return top.children;
};

// Spaces alone are cut off; other white space stays.
const trimmed = (text, options) => (options.trim ? text.replace(/^ +/, "").replace(/(?!^) +$/, "") : text);

// undefined for what the options leave out.
const converted = ({ token, children }, options, parent, kept) => {
  const node = {};
  switch (token.type) {
    case "start": {
      node[options.type] = "element";
      node[options.name] = local(token.name);
      if (parent !== "") node[options.parent] = parent;
      const attributes = token.attributes.filter(([name]) => name !== "xmlns" && !name.startsWith("xmlns:"));
      if (attributes.length > 0 && !options.ignore.attributes) {
        node[options.attributes] = Object.fromEntries(attributes.map(([name, value]) => [local(name), value]));
      }
      const elements = kept(children).map((child) => converted(child, options, local(token.name), kept));
      if (elements.some((element) => element !== undefined)) node[options.elements] = elements.filter(Boolean);
      return node;
    }
    case "text":
      if (options.ignore.text) return undefined;
      return { [options.type]: "text", [options.text]: trimmed(token.text, options) };
    case "cdata":
    case "comment":
      return options.ignore[token.type] ? undefined : { [options.type]: token.type, [options[token.type]]: token.text };
    case "instruction":
      if (options.ignore.instruction) return undefined;
      node[options.type] = "instruction";
      node[options.name] = token.name;
      if (parent !== "") node[options.parent] = parent;
      node[options.instruction] = token.text;
      return node;
    case "doctype":
      if (options.ignore.doctype) return undefined;
      return { [options.type]: "doctype", [options.doctype]: /^\s*([^\s[>]*)/.exec(token.text)[1] };
    default:
      return undefined;
  }
};

const local = (name) => name.slice(name.indexOf(":") + 1);

const withDeclaration = (text, declaration, options) => {
  // A text without the letters "xml" says nothing about itself; any other is at least of version 1.0.
  if (options.ignore.declaration || !text.includes("xml")) return {};
  const attributes = Object.fromEntries(declaration?.token.attributes ?? []);
  const told = { version: attributes.version ?? "1.0" };
  if (attributes.encoding !== undefined) told.encoding = attributes.encoding;
  return { [options.declaration]: { [options.attributes]: told } };
};

const convert = (text, options, kept) => {
  let nodes;
  try {
    nodes = tree(text);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    kit.note("console", "error", `ConvertXml: the XML cannot be read: ${error.message}`);
    return broken(text, options);
  }
  const result = withDeclaration(text, nodes.find(({ token }) => token.type === "declaration"), options);
  const outside = nodes.filter(({ token }) => token.type !== "text");
  const elements = outside.map((node) => converted(node, options, "", kept)).filter(Boolean);
  if (elements.length > 0) result[options.elements] = elements;
  return result;
};

// What is not well-formed gives its declaration at most, and no error.
const broken = (text, options) => {
  if (!text.includes("xml")) return {};
  const attributes = {};
  if (text.includes("version=")) attributes.version = "1.0";
  if (text.includes("encoding=")) attributes.encoding = "utf-8";
  return { [options.declaration]: Object.keys(attributes).length > 0 ? { [options.attributes]: attributes } : {} };
};

const blank = ({ token }) => token.type === "text" && token.text.trim() === "";
const notBlank = (nodes) => nodes.filter((node) => !blank(node));
const everything = (nodes) => nodes;

// White space between two tags goes, in CDATA it is written with backslashes.
const joined = (text) =>
  text
    .replace(/(<!\[CDATA\[[^]*?\]\]>)|>\s+</g, (found, cdata) => cdata ?? "><")
    .trim()
    .replace(/\]\]><!\[CDATA/g, "]]> <![CDATA")
    .replace(/<!\[CDATA\[[^]*?\]\]>/g, (cdata) =>
      cdata
        .replace(/\\/g, "\\\\")
        .replace(/\n/g, "\\n")
        .replace(/\r/g, "\\r")
        .replace(/\t/g, "\\t")
        .replace(/\v/g, "\\v"),
    );

const checked = (xml, options) => {
  if (typeof xml !== "string") kit.fail(401, `Parameter error.The type of ${xml} must be string`);
  if (options && typeof options !== "object") kit.fail(401, `Parameter error.The type of ${options} must be object`);
  return optionsOf(options);
};

class ConvertXML {
  convert(xml, options) {
    return convert(joined(xml), optionsOf(options), everything);
  }

  convertToJSObject(xml, options) {
    const chosen = checked(xml, options);
    return convert(joined(xml), chosen, everything);
  }

  fastConvertToJSObject(xml, options) {
    return convert(xml, checked(xml, options), notBlank);
  }

  largeConvertToJSObject(xml, options) {
    return convert(xml, checked(xml, options), notBlank);
  }
}

exports.default = { ConvertXML };
