// @ohos.uri: the parts of a URI as RFC 2396 has them.
const { unescaped } = kit.require("@emulator.urlParams");

const wrong = (value, type) => kit.fail(401, `Parameter error. The type of ${value} must be ${type}`);
const string = (value) => (typeof value === "string" ? value : wrong(value, "string"));
const invalid = (what) => kit.fail(10200002, `Syntax Error. Invalid Uri string: The ${what}`);

// Only what a URI may hold stays as it is.
const escaped = (value) => encodeURI(value).replace(/%25/g, "%").replace(/%5B/gi, "[").replace(/%5D/gi, "]");

const SHAPE = /^(?:([^:/?#]+):)?(\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([^]*))?$/;

const parsed = (uri) => {
  const [, scheme, slashes, authority, path, query, fragment] = SHAPE.exec(uri);
  if (scheme !== undefined && !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) invalid("scheme is wrong");
  const found = /^(?:([^@]*)@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority ?? "");
  if (slashes && !found) invalid("authority is wrong");
  if (scheme !== undefined && !slashes && path === "" && query === undefined) invalid("SSP is missing");
  return {
    scheme,
    authority: slashes && authority,
    userInfo: found?.[1],
    host: found?.[2],
    port: found?.[3],
    path,
    query,
    fragment,
  };
};

const joined = ({ scheme, authority, path, query, fragment }) =>
  (scheme === undefined ? "" : `${scheme}:`) +
  (authority === undefined ? "" : `//${authority}`) +
  path +
  (query === undefined ? "" : `?${query}`) +
  (fragment === undefined ? "" : `#${fragment}`);

const none = (value) => (value === undefined || value === "" ? null : value);

const normal = (path) => {
  const kept = [];
  for (const segment of path.split("/")) {
    if (segment === "..") {
      if (kept.length > 1 || (kept.length === 1 && kept[0] !== "" && kept[0] !== "..")) kept.pop();
      else if (kept[0] !== "") kept.push(segment);
    } else if (segment !== ".") {
      kept.push(segment);
    }
  }
  return kept.join("/");
};

class URI {
  #parts;

  constructor(uri) {
    if (typeof uri !== "string" || uri === "") wrong(uri, "string");
    this.#parts = parsed(escaped(uri));
  }

  static createFromParts(scheme, ssp, fragment) {
    string(scheme);
    string(ssp);
    string(fragment);
    return new URI(`${scheme}:${encodeURIComponent(ssp)}${fragment === "" ? "" : `#${encodeURIComponent(fragment)}`}`);
  }

  #with(values) {
    return new URI(joined({ ...this.#parts, ...values }));
  }

  #queries() {
    return (this.#parts.query ?? "").split("&").map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? [unescaped(part), ""] : [unescaped(part.slice(0, at)), part.slice(at + 1)];
    });
  }

  get scheme() {
    return none(this.#parts.scheme);
  }

  set scheme(value) {
    this.#parts = { ...this.#parts, scheme: string(value) };
  }

  get host() {
    return none(this.#parts.host);
  }

  get port() {
    return this.#parts.port ? this.#parts.port : "-1";
  }

  get ssp() {
    return unescaped(this.encodedSSP);
  }

  get encodedSSP() {
    return joined({ ...this.#parts, scheme: undefined, fragment: undefined });
  }

  toString() {
    return joined(this.#parts);
  }

  equals(other) {
    return this.equalsTo(other);
  }

  equalsTo(other) {
    return other instanceof URI ? this.toString() === other.toString() : wrong(other, "URI");
  }

  checkIsAbsolute() {
    return this.#parts.scheme !== undefined;
  }

  checkRelative() {
    return this.#parts.scheme === undefined;
  }

  checkOpaque() {
    return this.#parts.scheme !== undefined && this.#parts.authority === undefined && !this.#parts.path.startsWith("/");
  }

  checkHierarchical() {
    return !this.checkOpaque();
  }

  normalize() {
    return this.#with({ path: normal(this.#parts.path) });
  }

  getQueryValue(key) {
    string(key);
    if (this.#parts.query === undefined) return null;
    const found = this.#queries().find(([name]) => name === key);
    return found ? unescaped(found[1].replace(/\+/g, " ")) : null;
  }

  getQueryValues(key) {
    string(key);
    if (this.#parts.query === undefined) return [];
    return this.#queries().flatMap(([name, value]) => (name === key ? [unescaped(value)] : []));
  }

  getQueryNames() {
    return this.#parts.query ? [...new Set(this.#queries().map(([name]) => name))] : [];
  }

  getBooleanQueryValue(key, fallback) {
    if (typeof fallback !== "boolean") wrong(key, "boolean");
    const value = this.getQueryValue(key)?.toLowerCase();
    return value === undefined ? fallback : value !== "false" && value !== "0";
  }

  addQueryValue(key, value) {
    const added = `${encodeURIComponent(string(key))}=${encodeURIComponent(string(value))}`;
    return this.#with({ query: this.#parts.query ? `${this.#parts.query}&${added}` : added });
  }

  clearQuery() {
    return this.#with({ query: undefined });
  }

  addEncodedSegment(segment) {
    return this.#with({ path: `${this.#parts.path.replace(/\/$/, "")}/${string(segment)}` });
  }

  addSegment(segment) {
    return this.addEncodedSegment(encodeURIComponent(string(segment)));
  }

  getSegment() {
    return this.#parts.path.split("/").filter(Boolean).map(unescaped);
  }

  getLastSegment() {
    return this.getSegment().pop() ?? "";
  }

  // `path` and its kin: decoded under the plain name, as written under encodedPath.
  static {
    for (const name of ["path", "query", "fragment", "authority", "userInfo"]) {
      const encoded = `encoded${name[0].toUpperCase()}${name.slice(1)}`;
      const take = (uri, value) => {
        const parts = { ...uri.#parts, [name]: value };
        if (name === "userInfo") parts.authority = `${value}@${(parts.authority ?? "").replace(/^[^@]*@/, "")}`;
        uri.#parts = parsed(joined(parts));
      };
      Object.defineProperty(URI.prototype, encoded, {
        configurable: true,
        get() {
          return none(this.#parts[name]);
        },
        set(value) {
          take(this, string(value));
        },
      });
      Object.defineProperty(URI.prototype, name, {
        configurable: true,
        get() {
          const value = none(this.#parts[name]);
          return value === null ? null : unescaped(value);
        },
        set(value) {
          take(this, escaped(string(value)));
        },
      });
    }
  }
}

exports.default = { URI };
