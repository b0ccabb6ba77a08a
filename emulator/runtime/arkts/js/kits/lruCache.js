// util.LRUCache
const MOST = 2147483647;

const wrong = (value, type) => kit.fail(401, `Parameter error. The type of ${value} must be ${type}`);
const capacityOf = (value) => (value > 0 && value % 1 === 0 && value <= MOST ? value : wrong(value, "small integer"));
const given = (value) => (value === undefined || value === null ? wrong(value, "Object") : value);

class LRUCache {
  #map = new Map();
  #capacity = 64;
  #counts = { put: 0, create: 0, removal: 0, match: 0, miss: 0 };
  length = 0;

  constructor(capacity) {
    if (capacity !== undefined && capacity !== null) this.#capacity = capacityOf(capacity);
  }

  #evict(most) {
    while (this.#map.size > most) {
      const [key, value] = this.#map.entries().next().value;
      this.#map.delete(key);
      this.#counts.removal++;
      this.afterRemoval(true, key, value, null);
    }
    this.length = this.#map.size;
  }

  updateCapacity(capacity) {
    if (typeof capacity !== "number") wrong(capacity, "number");
    this.#capacity = capacityOf(capacity);
    this.#evict(capacity);
  }

  get(key) {
    given(key);
    if (this.#map.has(key)) {
      this.#counts.match++;
      const value = this.#map.get(key);
      this.#map.delete(key);
      this.#map.set(key, value);
      return value;
    }
    this.#counts.miss++;
    const made = this.createDefault(key);
    if (made === undefined) return undefined;
    this.#counts.create++;
    return this.put(key, made);
  }

  put(key, value) {
    given(key);
    given(value);
    this.#counts.put++;
    if (this.#map.has(key)) {
      const former = this.#map.get(key);
      this.#map.delete(key);
      this.afterRemoval(false, key, former, value);
    } else {
      this.#evict(this.#capacity - 1);
    }
    this.#map.set(key, value);
    this.length = this.#map.size;
    return value;
  }

  remove(key) {
    given(key);
    if (!this.#map.has(key)) return undefined;
    const former = this.#map.get(key);
    this.#map.delete(key);
    this.length = this.#map.size;
    this.afterRemoval(false, key, former, null);
    return former;
  }

  // Counts as a use, as `get` does.
  contains(key) {
    const known = this.#map.has(given(key));
    this.#counts[known ? "match" : "miss"]++;
    if (known) {
      const value = this.#map.get(key);
      this.#map.delete(key);
      this.#map.set(key, value);
    }
    return known;
  }

  clear() {
    const entries = [...this.#map];
    this.#map.clear();
    this.length = 0;
    for (const [key, value] of entries) this.afterRemoval(false, key, value, null);
  }

  afterRemoval() {}

  createDefault(key) {
    given(key);
    return undefined;
  }

  getCapacity() {
    return this.#capacity;
  }

  getPutCount() {
    return this.#counts.put;
  }

  getCreateCount() {
    return this.#counts.create;
  }

  getMissCount() {
    return this.#counts.miss;
  }

  getMatchCount() {
    return this.#counts.match;
  }

  getRemovalCount() {
    return this.#counts.removal;
  }

  isEmpty() {
    return this.#map.size === 0;
  }

  keys() {
    return [...this.#map.keys()];
  }

  values() {
    return [...this.#map.values()];
  }

  entries() {
    return this.#map.entries();
  }

  [Symbol.iterator]() {
    return this.#map.entries();
  }

  toString() {
    const { match, miss } = this.#counts;
    const rate = match + miss === 0 ? 0 : (100 * match) / (match + miss);
    return `LRUCache[ maxSize = ${this.#capacity}, hits = ${match}, misses = ${miss}, hitRate = ${rate}% ]`;
  }
}

exports.LRUCache = LRUCache;
