'use strict';
// What the text of a script says about what it may ask for, before any of it runs.

const { ui } = require('./kits/modules.json');

const UI_NAMES = new Set(ui);
const WORDS = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;
// Kits that many apps use, and what there is in the text of a script that does. Evaluating one makes objects and does nothing
// else, so that a realm of such an app can have it before it begins.
const EARLY_KITS = {
  '@ohos.application.BackupExtensionAbility': /BackupExtensionAbility/,
  '@ohos.data.preferences': /\bpreferences\b/,
  '@ohos.file.fs': /\bfileIo\b|file\.fs/,
  '@ohos.hilog': /\bhilog\b/,
};

// The names of the user interface that a script may ask for: those in its text, or all where it can spell them at run time.
function uiNamesIn(code) {
  const words = new Set(code.match(WORDS));
  return words.has('globalThis') || code.includes('\\u') ? ui : [...words].filter((word) => UI_NAMES.has(word));
}

function earlyKitsIn(code) {
  return Object.keys(EARLY_KITS).filter((kit) => EARLY_KITS[kit].test(code));
}

module.exports = { earlyKitsIn, uiNamesIn };
