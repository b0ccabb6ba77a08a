// Keys in the order of an integer, with their values beside them: the core of LightWeightMap, LightWeightSet and PlainArray.
const hashes = new WeakMap();
let identities = 0;

// A number is its own hash, a text has that of its UTF-16 units; objects get one when they are first asked.
const hash = (key) => {
  if (Number.isInteger(key)) return key | 0;
  if (typeof key === "string") {
    let value = 0;
    for (let index = 0; index < key.length; index++) value = (Math.imul(value, 31) + key.charCodeAt(index)) | 0;
    return value;
  }
  if (Object(key) !== key) return hash(String(key));
  if (!hashes.has(key)) hashes.set(key, ++identities);
  return hashes.get(key);
};

class Ordered {
  keys = [];
  values = [];
  #hashes = [];

  // [whether the key is there, where it is or belongs]
  find(key) {
    const wanted = hash(key);
    let low = 0;
    for (let high = this.#hashes.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.#hashes[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    for (; this.#hashes[low] === wanted; low++) {
      if (Object.is(this.keys[low], key) || this.keys[low] === key) return [true, low];
    }
    return [false, low];
  }

  set(key, value) {
    const [known, index] = this.find(key);
    if (known) {
      this.values[index] = value;
    } else {
      this.#hashes.splice(index, 0, hash(key));
      this.keys.splice(index, 0, key);
      this.values.splice(index, 0, value);
    }
    return !known;
  }

  get(key) {
    const [known, index] = this.find(key);
    return known ? this.values[index] : undefined;
  }

  indexOf(key) {
    const [known, index] = this.find(key);
    return known ? index : -1;
  }

  cut(index, count = 1) {
    this.#hashes.splice(index, count);
    this.keys.splice(index, count);
    return this.values.splice(index, count)[0];
  }

  clear() {
    this.cut(0, this.keys.length);
  }
}

exports.Ordered = Ordered;
