// What may be typed into a card's fields, how it is shown, and what is wrong with it.

const BRANDS = [
  { name: "visa", title: "Visa", starts: /^4/, lengths: [16], cvc: 3 },
  { name: "mastercard", title: "Mastercard", lengths: [16], cvc: 3,
    starts: /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/ },
  { name: "amex", title: "Amex", starts: /^3[47]/, lengths: [15], cvc: 4, groups: [4, 6, 5] },
  { name: "diners", title: "Diners", starts: /^3(0|6|8|9)/, lengths: [14, 16], cvc: 3 },
  { name: "discover", title: "Discover", starts: /^6(011|4[4-9]|5)/, lengths: [16], cvc: 3 },
  { name: "jcb", title: "JCB", starts: /^35/, lengths: [16], cvc: 3 },
  { name: "unionpay", title: "UnionPay", starts: /^(62|81)/, lengths: [16, 19], cvc: 3 },
];
const UNKNOWN = { name: "unknown", title: "", lengths: [16, 19], cvc: 3 };

export function digitsOf(text) {
  return text.replace(/\D/g, "");
}

export function brandOf(number) {
  return BRANDS.find((brand) => brand.starts.test(digitsOf(number))) || UNKNOWN;
}

/** Show a number in the groups printed on its card. */
export function groupNumber(text) {
  const brand = brandOf(text);
  const digits = digitsOf(text).slice(0, Math.max(...brand.lengths));
  const parts = [];
  let from = 0;
  for (const size of brand.groups || [4, 4, 4, 4, 4]) {
    if (from < digits.length) parts.push(digits.slice(from, from + size));
    from += size;
  }
  return parts.join(" ");
}

/** Show an expiry as "MM / YY"; while deleting, no separator is put back. */
export function groupExpiry(text, isDeleting) {
  let digits = digitsOf(text);
  if (/^[2-9]/.test(digits) || /^1[3-9]|^1\s*\//.test(text)) digits = `0${digits}`;
  if (/^\d\d20\d\d/.test(digits)) digits = digits.slice(0, 2) + digits.slice(4);
  const [month, year] = [digits.slice(0, 2), digits.slice(2, 4)];
  const isOpen = month.length === 2 && !isDeleting;
  return year || isOpen ? `${month} / ${year}` : month;
}

export function cutCvc(text, number) {
  return digitsOf(text).slice(0, brandOf(number).cvc);
}

export function expiryParts(text) {
  const digits = digitsOf(text);
  return { month: digits.slice(0, 2), year: digits.length === 4 ? `20${digits.slice(2)}` : "" };
}

function passesLuhn(digits) {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

export function numberProblem(text) {
  const digits = digitsOf(text);
  const { lengths } = brandOf(text);
  if (digits.length < Math.min(...lengths)) return "incomplete_number";
  if (lengths.includes(digits.length) && passesLuhn(digits)) return undefined;
  return digits.length < Math.max(...lengths) ? "incomplete_number" : "invalid_number";
}

export function expiryProblem(text, today = new Date()) {
  const { month, year } = expiryParts(text);
  if (!year) return "incomplete_expiry";
  if (month < "01" || month > "12") return "invalid_expiry_month";
  if (Number(year) < today.getFullYear()) return "invalid_expiry_year_past";
  const isPast = Number(year) === today.getFullYear() && Number(month) <= today.getMonth();
  return isPast ? "invalid_expiry_month_past" : undefined;
}

export function cvcProblem(text, number) {
  return digitsOf(text).length < brandOf(number).cvc ? "incomplete_cvc" : undefined;
}
