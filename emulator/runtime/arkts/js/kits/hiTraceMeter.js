// @ohos.hiTraceMeter: nobody reads the traces.
const { HiTraceOutputLevel } = kit.require("@emulator.enums")["@ohos.hiTraceMeter"];

exports.default = {
  HiTraceOutputLevel,
  startTrace: () => undefined,
  finishTrace: () => undefined,
  traceByValue: () => undefined,
  startSyncTrace: () => undefined,
  finishSyncTrace: () => undefined,
  startAsyncTrace: () => undefined,
  finishAsyncTrace: () => undefined,
  isTraceEnabled: () => false,
  registerTraceListener: () => 0,
  unregisterTraceListener: () => 0,
};
