// What the containers in a row have in common: ArrayList, List, LinkedList, Vector, Deque, Queue and Stack.
const { callable, container, indexed } = kit.require("@emulator.checks");

class Sequence {
  #items = [];

  static items = (list) => list.#items;
  static owns = (value) => #items in value;
  static fill = (list, items) => {
    list.#items = items;
    return list;
  };

  get length() {
    return this.#items.length;
  }

  add(value) {
    this.#items.push(value);
    return true;
  }

  has(value) {
    return this.#items.indexOf(value) >= 0;
  }

  getIndexOf(value) {
    return this.#items.indexOf(value);
  }

  getLastIndexOf(value) {
    return this.#items.lastIndexOf(value);
  }

  getFirst() {
    return this.#items[0];
  }

  getLast() {
    return this.#items[this.#items.length - 1];
  }

  remove(value) {
    const index = this.#items.indexOf(value);
    if (index >= 0) this.#items.splice(index, 1);
    return index >= 0;
  }

  replaceAllElements(callback, self) {
    callable("callbackfn", callback);
    for (let index = 0; index < this.#items.length; index++) {
      this.#items[index] = callback.call(self, this.#items[index], index, this);
    }
  }

  forEach(callback, self) {
    callable("callbackfn", callback);
    for (let index = 0; index < this.#items.length; index++) callback.call(self, this.#items[index], index, this);
  }

  clear() {
    this.#items.length = 0;
  }

  convertToArray() {
    return this.#items.slice();
  }

  isEmpty() {
    return this.#items.length === 0;
  }

  *[Symbol.iterator]() {
    yield* this.#items;
  }
}

// Numbers and texts by their text; anything else stays where it is.
const inOrder = (first, second) => {
  const [one, other] = [first, second].map((value) => (["string", "number"].includes(typeof value) ? String(value) : undefined));
  return one === undefined || other === undefined || one === other ? 0 : one < other ? -1 : 1;
};

// The class with the shared members that it declares; `at(list, index)` says which element `list[index]` means, or throws.
const sequence = (Class, members, at) => {
  for (const name of ["length", "forEach", Symbol.iterator, ...members]) {
    Object.defineProperty(Class.prototype, name, Object.getOwnPropertyDescriptor(Sequence.prototype, name));
  }
  const answers = at && {
    get: (list, index) => Sequence.items(list)[at(list, index)],
    set: (list, index, value) => {
      Sequence.items(list)[at(list, index)] = value;
    },
  };
  if (answers) indexed(Class, answers.get, answers.set);
  else Object.setPrototypeOf(Class.prototype, Object.prototype);
  return container(Class, Sequence.owns);
};

Object.assign(exports, { Sequence, inOrder, sequence, items: Sequence.items, fill: Sequence.fill });
