// util.Base64Helper
const base64 = kit.require("@emulator.base64");
const { fromLatin1, toLatin1 } = kit.require("@emulator.text");

const Type = { BASIC: 0, MIME: 1, BASIC_URL_SAFE: 2, MIME_URL_SAFE: 3 };
const isMime = (type) => type === Type.MIME || type === Type.MIME_URL_SAFE;
const isUrl = (type) => type === Type.BASIC_URL_SAFE || type === Type.MIME_URL_SAFE;
const LINE = 76;

const typed = (type, allowed, names) =>
  allowed.includes(type) ? type : kit.fail(401, `Parameter error. The type of ${type} must be ${names}`);
const anyType = (type) => typed(type, Object.values(Type), "one of the type enumerations");

const source = (bytes) =>
  bytes instanceof Uint8Array && bytes.length > 0
    ? bytes
    : kit.fail(401, "Parameter error. The type of Parameter must be Uint8Array and the length greater than zero.");

// Every line ends with CR LF; a text that fills one line exactly comes out empty, on the device as here.
const broken = (text) => {
  if (text.length < LINE) throw new Error("The parameter length does not meet this encoding format.");
  return text.length === LINE ? "" : text.replace(new RegExp(`.{1,${LINE}}`, "g"), "$&\r\n");
};

const encoded = (bytes, type) => base64.encode(source(bytes), isUrl(type));
const lines = (text, type) => (isMime(type) ? broken(text) : text);

const decoded = (input, type, code) => {
  const text = typeof input === "string" ? input.replace(/[\r\n]/g, "") : input instanceof Uint8Array ? fromLatin1(input).text : "";
  if (text.length === 0) {
    kit.fail(401, "Parameter error. The type of Parameter must be Uint8Array or string and the length greater than 0.");
  }
  const bytes = base64.decode(text, isUrl(type) ? base64.URL_SAFE : base64.BASIC);
  return bytes ?? kit.fail(code, "The input string contains unsupported characters");
};

class Base64Helper {
  encodeSync(bytes, type = Type.BASIC) {
    return toLatin1(encoded(bytes, type));
  }

  encodeToStringSync(bytes, type = Type.BASIC) {
    return lines(encoded(bytes, type), type);
  }

  decodeSync(input, type = Type.BASIC) {
    return decoded(input, type, -1);
  }

  encode(bytes, type = Type.BASIC) {
    const result = encoded(bytes, typed(type, [Type.BASIC, Type.BASIC_URL_SAFE], "BASIC or BASIC_URL_SAFE"));
    return Promise.resolve(toLatin1(result));
  }

  encodeToString(bytes, type = Type.BASIC) {
    const result = encoded(bytes, anyType(type));
    return Promise.resolve(result).then((text) => lines(text, type));
  }

  async decode(input, type = Type.BASIC) {
    return decoded(input, anyType(type), 401);
  }
}

Object.assign(exports, { Base64Helper, Type });
