// @ohos.process: numbers of an app of user 100 on a device that started with the session.
const UID = 20020100;
const PID = 4100;
const started = Date.now();
const FIRST_APP_UID = 10000;

class ProcessManager {
  isAppUid(uid) {
    return Number.isInteger(uid) ? uid >= FIRST_APP_UID : kit.fail(401, `Parameter error. The type of ${uid} must be number`);
  }

  getUidForName(name) {
    return { root: 0, system: 1000 }[name] ?? -1;
  }

  getThreadPriority() {
    return 20;
  }

  getSystemConfig(name) {
    return { 30: 4096, 83: 8, 84: 8 }[name] ?? -1;
  }

  getEnvironmentVar(name) {
    return { HOME: "/", PATH: "/usr/local/bin:/bin:/usr/bin", TMPDIR: "/data/local/tmp" }[name];
  }

  // What ends an app's process is for the app framework to do.
  exit() {
    kit.missing("@ohos.process.exit");
  }

  kill() {
    return false;
  }
}

const manager = new ProcessManager();

exports.default = {
  ProcessManager,
  uid: UID,
  euid: UID,
  gid: UID,
  egid: UID,
  groups: [UID],
  pid: PID,
  ppid: 600,
  tid: PID,
  isIsolatedProcess: () => false,
  is64Bit: () => true,
  isAppUid: (uid) => manager.isAppUid(uid),
  getUidForName: (name) => manager.getUidForName(name),
  getThreadPriority: () => manager.getThreadPriority(),
  getSystemConfig: (name) => manager.getSystemConfig(name),
  getEnvironmentVar: (name) => manager.getEnvironmentVar(name),
  getStartRealtime: () => 0,
  getPastCpuTime: () => 0,
  uptime: () => Math.floor((Date.now() - started) / 1000),
  cwd: () => "/",
  chdir: () => undefined,
  exit: () => manager.exit(),
  kill: () => manager.kill(),
  on: () => undefined,
  off: () => false,
};
