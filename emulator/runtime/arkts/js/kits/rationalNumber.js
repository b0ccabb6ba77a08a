// util.RationalNumber: in lowest terms, with 1/0 and -1/0 for the infinities and 0/0 for no number.
const wrong = (value, type) => kit.fail(401, `Parameter error. The type of ${value} must be ${type}`);
const number = (value) => (typeof value === "number" ? value : wrong(value, "number"));

const divisor = (one, other) => {
  while (other !== 0) [one, other] = [other, one % other];
  return Math.abs(one);
};

class RationalNumber {
  #numerator = 0;
  #denominator = 0;

  constructor(numerator, denominator) {
    if (numerator === undefined && denominator === undefined) return;
    const sign = denominator < 0 ? -1 : 1;
    const common = divisor(numerator, denominator) || 1;
    this.#numerator = denominator === 0 ? Math.sign(numerator) : (sign * numerator) / common;
    this.#denominator = numerator === 0 && denominator !== 0 ? 1 : (sign * denominator) / common;
  }

  static parseRationalNumber(numerator, denominator) {
    return new RationalNumber(number(numerator), number(denominator));
  }

  static createRationalFromString(text) {
    if (typeof text !== "string") wrong(text, "string");
    const parts = text.split(/[:/]/);
    if (parts.length !== 2) wrong(text, "effective string");
    if (parts.some((part) => part.trim() === "" || !Number.isFinite(Number(part)))) wrong(text, "character string");
    return new RationalNumber(Number(parts[0]), Number(parts[1]));
  }

  static getCommonFactor(one, other) {
    if (number(one) === 0 || number(other) === 0) kit.fail(401, "Parameter error. The Parameter cannot be zero");
    return divisor(one, other);
  }

  static getCommonDivisor(one, other) {
    return RationalNumber.getCommonFactor(one, other);
  }

  // No number is above everything.
  compare(other) {
    if (!(other instanceof RationalNumber)) wrong(other, "RationalNumber");
    const [mine, theirs] = [this, other].map((value) => (value.isNaN() ? [1, 0] : [0, value.valueOf()]));
    return Math.sign(mine[0] - theirs[0]) || (mine[1] === theirs[1] ? 0 : mine[1] < theirs[1] ? -1 : 1);
  }

  compareTo(other) {
    return this.compare(other);
  }

  equals(other) {
    return other instanceof RationalNumber && this.compare(other) === 0;
  }

  valueOf() {
    return this.#numerator / this.#denominator;
  }

  getNumerator() {
    return this.#numerator;
  }

  getDenominator() {
    return this.#denominator;
  }

  isZero() {
    return this.#numerator === 0 && this.#denominator !== 0;
  }

  isNaN() {
    return this.#numerator === 0 && this.#denominator === 0;
  }

  isFinite() {
    return this.#denominator !== 0;
  }

  toString() {
    if (this.isNaN()) return "NaN";
    if (this.#denominator === 0) return this.#numerator > 0 ? "Infinity" : "-Infinity";
    return `${this.#numerator}/${this.#denominator}`;
  }
}

exports.RationalNumber = RationalNumber;
