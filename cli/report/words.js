"use strict";
/* Every text of the page comes from one table, strings/LANGUAGE.json; {name} stands for a value. */
const strings = JSON.parse(document.getElementById("strings").textContent);
const language = document.documentElement.lang;

function say(key, values) {
  const text = strings[key] === undefined ? key : strings[key];
  return text.replace(/\{(\w+)\}/g, (all, name) => (values && name in values ? String(values[name]) : all));
}

/* A word of a fixed list ("verdict", "fail"); what the table does not have stands as it is. */
function word(list, name) {
  const key = list + "." + name;
  return key in strings ? strings[key] : String(name);
}

function number(value, digits) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return value.toLocaleString(language, { maximumSignificantDigits: digits || 6 });
}

/* A value to two digits of its uncertainty (JCGM 100:2008, 7.2.6). */
function measured(value, uncertainty) {
  if (value === null || !(uncertainty > 0)) return number(value);
  const decimals = Math.max(0, Math.min(9, 1 - Math.floor(Math.log10(uncertainty))));
  return value.toLocaleString(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/* With so many decimals, also where they are 0: for columns. */
function fixed(value, decimals) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return value.toLocaleString(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function percent(value) {
  return value === null || value === undefined ? "–" : fixed(100 * value, value > 0 && value < 0.01 ? 2 : 1) + " %";
}

/* A time as it was given, without the letter between date and hour. */
function moment(text) {
  return text ? text.replace("T", " ").replace("Z", " UTC") : "–";
}
