// Keys in an order of their own: the core of TreeMap and TreeSet. A sorted array, which is a tree's answers at an app's sizes.
const { callable } = kit.require("@emulator.checks");

// Without a comparator: numbers, then texts, then the rest as it came.
const rank = (key) => ["number", "string"].indexOf(typeof key) + 1 || 3;
const natural = (first, second) => {
  if (rank(first) !== rank(second)) return rank(first) - rank(second);
  if (rank(first) === 3) return first === second ? 0 : 1;
  return first < second ? -1 : first > second ? 1 : 0;
};

// A comparator may answer with a number, or with true for "the first one comes first".
const sign = (answer) => (typeof answer === "boolean" ? (answer ? -1 : 1) : Number(answer));

class Tree {
  keys = [];
  values = [];
  #compare;

  constructor(comparator) {
    if (comparator === undefined || comparator === null) {
      this.#compare = natural;
    } else {
      callable("comparefn", comparator);
      this.#compare = (first, second) => (Object.is(first, second) ? 0 : sign(comparator(first, second)));
    }
  }

  // The first index whose key is not before the wanted one.
  #at(wanted) {
    let low = 0;
    for (let high = this.keys.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.#compare(this.keys[middle], wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  indexOf(key) {
    if (rank(key) === 3 && this.#compare === natural) return this.keys.indexOf(key);
    const index = this.#at(key);
    return index < this.keys.length && this.#compare(this.keys[index], key) === 0 ? index : -1;
  }

  set(key, value) {
    const known = this.indexOf(key);
    if (known >= 0) {
      this.values[known] = value;
    } else {
      const index = this.#at(key);
      this.keys.splice(index, 0, key);
      this.values.splice(index, 0, value);
    }
    return known < 0;
  }

  cut(index) {
    this.keys.splice(index, 1);
    return this.values.splice(index, 1)[0];
  }

  lower(key) {
    return this.keys[this.#at(key) - 1];
  }

  higher(key) {
    const index = this.#at(key);
    return this.keys[this.indexOf(key) === index ? index + 1 : index];
  }

  clear() {
    this.keys.length = this.values.length = 0;
  }
}

exports.Tree = Tree;
