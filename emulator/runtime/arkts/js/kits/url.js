// @ohos.url: the parts of a URL as the WHATWG standard takes them apart; addresses of hosts stay as they are written.
const text = kit.require("@emulator.text");
const { URLParams } = kit.require("@emulator.urlParams");

const PORTS = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443", "ftp:": "21", "gopher:": "70", "file:": "" };
const WITH_ORIGIN = ["ftp:", "gopher:", "http:", "https:", "ws:", "wss:"];

const wrong = (value, type) => kit.fail(401, `Parameter error. The type of ${value} must be ${type}`);

const escapedBut = (value, safe) =>
  [...value]
    .map((character) =>
      safe.test(character)
        ? character
        : [...text.toUtf8(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
    )
    .join("");

const PATH = /[!$&'()*+,\-./0-9:;=@A-Z[\\\]^_a-z|~%]/;
const QUERY = /[!$%&()*+,\-./0-9:;=?@A-Z[\\\]^_`a-z{|}~]/;
const HASH = /[!#$%&'()*+,\-./0-9:;=?@A-Z[\\\]^_a-z{|}~]/;
const USER = /[!$%&'()*+,\-.0-9A-Z_a-z~]/;

const isSpecial = (protocol) => Object.hasOwn(PORTS, protocol);

const dotless = (path, special) => {
  const kept = [];
  const segments = (special ? path.replace(/\\/g, "/") : path).split("/");
  segments.forEach((segment, index) => {
    const plain = segment.replace(/%2e/gi, ".");
    const last = index === segments.length - 1;
    if (plain === "..") {
      if (kept.length > 1) kept.pop();
      if (last) kept.push("");
    } else if (plain === ".") {
      if (last) kept.push("");
    } else {
      kept.push(segment);
    }
  });
  return kept.join("/");
};

// undefined for an authority that is none.
const authority = (raw, protocol) => {
  const at = raw.lastIndexOf("@");
  const [, username, password] = /^([^:]*):?([^]*)$/.exec(at < 0 ? "" : raw.slice(0, at));
  const found = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]*)(?::(\d*))?$/.exec(raw.slice(at + 1));
  if (!found || /[\s<>^|%#/\\?@]/.test(found[1])) return undefined;
  if (isSpecial(protocol) && protocol !== "file:" && found[1] === "") return undefined;
  const port = found[2] ? String(Number(found[2])) : "";
  if (Number(port) > 65535) return undefined;
  return {
    hosted: true,
    username: escapedBut(username, USER),
    password: escapedBut(password, USER),
    hostname: isSpecial(protocol) ? found[1].toLowerCase() : found[1],
    port: port === PORTS[protocol] ? "" : port,
  };
};

const EMPTY = {
  protocol: "",
  username: "",
  password: "",
  hostname: "",
  port: "",
  pathname: "",
  search: "",
  hash: "",
  opaque: false,
  hosted: false,
};

// undefined for what is no URL.
const parsed = (input, base) => {
  const trimmed = input.replace(/^[\0-\x20]+|[\0-\x20]+$/g, "").replace(/[\t\r\n]/g, "");
  const [, body, query, fragment] = /^([^?#]*)(\?[^#]*)?(#[^]*)?$/.exec(trimmed);
  const search = query && query !== "?" ? escapedBut(query, QUERY) : "";
  const hash = fragment && fragment !== "#" ? escapedBut(fragment, HASH) : "";
  const scheme = /^([a-z][a-z0-9+.-]*:)([^]*)$/i.exec(body);
  const protocol = scheme ? scheme[1].toLowerCase() : base?.protocol;
  if (protocol === undefined) return undefined;
  const special = isSpecial(protocol);
  const rest = special ? (scheme?.[2] ?? body).replace(/\\/g, "/") : (scheme?.[2] ?? body);
  if (scheme && !(special && base?.protocol === protocol && !rest.startsWith("/"))) {
    const [, slashes, host, path] = /^(\/\/)?([^/]*)([^]*)$/.exec(
      special && protocol !== "file:" ? rest.replace(/^\/*/, "//") : rest,
    );
    if (!slashes) {
      const pathname = special ? dotless(`/${rest}`.replace(/^\/+/, "/"), true) : rest;
      return { ...EMPTY, protocol, pathname, search, hash, opaque: !special && !rest.startsWith("/") };
    }
    const named = authority(host, protocol);
    return (
      named && {
        ...EMPTY,
        protocol,
        ...named,
        pathname: escapedBut(dotless(path || (special ? "/" : ""), special), PATH),
        search,
        hash,
      }
    );
  }
  if (base === undefined || base.opaque) return undefined;
  if (rest.startsWith("//")) return parsed(`${protocol}${trimmed}`);
  if (rest === "") return { ...base, search: query === undefined ? base.search : search, hash };
  const folder = base.pathname.slice(0, base.pathname.lastIndexOf("/") + 1);
  return {
    ...base,
    pathname: escapedBut(dotless(rest.startsWith("/") ? rest : `${folder}${rest}`, special), PATH),
    search,
    hash,
  };
};

class URL {
  #parts = { ...EMPTY };
  #params = new URLParams();

  // A text that is no URL gives one without parts; parseURL is what complains.
  constructor(url, base) {
    if (arguments.length === 0) return;
    if (typeof url !== "string" || (base === undefined && url === "") || base === "") wrong(url, "string");
    const around = typeof base === "string" ? parsed(base) : base?.#parts;
    this.#take(around === undefined && base != null ? undefined : parsed(url, around));
  }

  static parseURL(url, base) {
    if (typeof url !== "string") wrong(url, "string");
    if (base != null && typeof base !== "string" && !(base instanceof URL)) wrong(base, "string or URL");
    if (base === "") wrong(base, "string");
    const around = typeof base === "string" ? parsed(base) : base?.#parts;
    const parts = around === undefined && base != null ? undefined : parsed(url, around);
    if (parts === undefined) kit.fail(10200002, "Syntax Error. Invalid Url string");
    const made = new URL();
    made.#take(parts);
    return made;
  }

  #take(parts) {
    if (parts === undefined) return;
    this.#parts = parts;
    this.#params = new URLParams(parts.search, () => {
      const query = this.#params.toString();
      this.#parts.search = query === "" ? "" : `?${query}`;
    });
  }

  // One part anew, if the whole is still a URL.
  #change(values) {
    const parts = { ...this.#parts, ...values };
    if (parsed(written(parts)) !== undefined) this.#take(parts);
  }

  get href() {
    return written(this.#parts);
  }

  set href(value) {
    this.#take(parsed(String(value)));
  }

  get origin() {
    return WITH_ORIGIN.includes(this.#parts.protocol) ? `${this.#parts.protocol}//${this.host}` : "null";
  }

  get protocol() {
    return this.#parts.protocol;
  }

  set protocol(value) {
    const protocol = `${String(value)
      .replace(/:[^]*$/, "")
      .toLowerCase()}:`;
    if (/^[a-z][a-z0-9+.-]*:$/.test(protocol) && isSpecial(protocol) === isSpecial(this.#parts.protocol))
      this.#change({ protocol });
  }

  get username() {
    return this.#parts.username;
  }

  set username(value) {
    if (this.#parts.hostname !== "" && this.#parts.protocol !== "file:")
      this.#change({ username: escapedBut(String(value), USER) });
  }

  get password() {
    return this.#parts.password;
  }

  set password(value) {
    if (this.#parts.hostname !== "" && this.#parts.protocol !== "file:")
      this.#change({ password: escapedBut(String(value), USER) });
  }

  get host() {
    return this.#parts.hostname + (this.#parts.port === "" ? "" : `:${this.#parts.port}`);
  }

  set host(value) {
    const named = authority(String(value), this.#parts.protocol);
    if (named) this.#change({ hostname: named.hostname, port: named.port });
  }

  get hostname() {
    return this.#parts.hostname;
  }

  set hostname(value) {
    const named = authority(String(value), this.#parts.protocol);
    if (named) this.#change({ hostname: named.hostname });
  }

  get port() {
    return this.#parts.port;
  }

  set port(value) {
    const port = /^\d+/.exec(String(value))?.[0];
    if (port === undefined || Number(port) > 65535 || this.#parts.hostname === "" || this.#parts.protocol === "file:") return;
    this.#change({ port: port === PORTS[this.#parts.protocol] ? "" : String(Number(port)) });
  }

  get pathname() {
    return this.#parts.pathname;
  }

  set pathname(value) {
    if (this.#parts.opaque) return;
    const path = String(value).replace(/^(?!\/)/, "/");
    this.#change({
      pathname: escapedBut(dotless(path, isSpecial(this.#parts.protocol)), PATH).replace(/[?#]/g, encodeURIComponent),
    });
  }

  get search() {
    return this.#parts.search;
  }

  set search(value) {
    const query = String(value).replace(/^\?/, "");
    this.#change({ search: query === "" ? "" : `?${escapedBut(query, QUERY)}` });
  }

  get hash() {
    return this.#parts.hash;
  }

  set hash(value) {
    const fragment = String(value).replace(/^#/, "");
    this.#change({ hash: fragment === "" ? "" : `#${escapedBut(fragment, HASH)}` });
  }

  get params() {
    return this.#params;
  }

  get searchParams() {
    return this.#params;
  }

  toString() {
    return this.href;
  }

  toJSON() {
    return this.href;
  }
}

const written = ({ protocol, username, password, hostname, port, pathname, search, hash, hosted }) => {
  if (protocol === "") return "";
  const user = username || password ? `${username}${password && `:${password}`}@` : "";
  const host = hosted || isSpecial(protocol) ? `//${user}${hostname}${port && `:${port}`}` : "";
  return `${protocol}${host}${pathname}${search}${hash}`;
};

exports.default = { URL, URLParams, URLSearchParams: URLParams };
