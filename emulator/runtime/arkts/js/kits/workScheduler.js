// @ohos.resourceschedule.workScheduler: work is noted and never starts, as the session is over before its conditions are met.
const { async, object } = kit.require("@emulator.inert");
const enums = kit.require("@emulator.enums")["@ohos.resourceschedule.workScheduler"];

const MOST = 10;
const works = new Map();

const startWork = (work) => {
  const { workId, bundleName, abilityName } = object("work", work);
  if (!Number.isInteger(workId) || workId < 0 || typeof bundleName !== "string" || typeof abilityName !== "string") {
    kit.fail(401, "Parameter error. A work needs workId, bundleName and abilityName.");
  }
  if (works.has(workId)) kit.fail(9700005, "Calling startWork failed. The work has been already added.");
  if (works.size >= MOST) kit.fail(9700004, "Check on workInfo failed. The number of works exceeds the limit.");
  works.set(workId, { ...work });
  kit.note("workScheduler.startWork", workId, bundleName, abilityName);
};

const status = (id) => works.get(id) ?? kit.fail(9700003, "System service operation failed. The work does not exist.");

exports.default = {
  ...enums,
  startWork,
  stopWork(work) {
    status(object("work", work).workId);
    works.delete(work.workId);
  },
  getWorkStatus: async(status),
  obtainAllWorks: async(() => [...works.values()]),
  stopAndClearWorks: () => works.clear(),
  isLastWorkTimeOut: async((id) => Boolean(status(id)) && false),
};
