// @ohos.hiTraceChain: an identifier that nobody follows.
const HiTraceFlag = {
  ...{ DEFAULT: 0, INCLUDE_ASYNC: 1, DONOT_CREATE_SPAN: 1 << 1, TP_INFO: 1 << 2, NO_BE_INFO: 1 << 3 },
  ...{ DISABLE_LOG: 1 << 4, FAILURE_TRIGGER: 1 << 5, D2D_TP_INFO: 1 << 6 },
};
const HiTraceTracepointType = { CS: 0, CR: 1, SS: 2, SR: 3, GENERAL: 4 };
const HiTraceCommunicationMode = { DEFAULT: 0, THREAD: 1, PROCESS: 2, DEVICE: 3 };

const NONE = { chainId: 0n, spanId: 0, parentSpanId: 0, flags: 0 };
let current = { ...NONE };
let chains = 0n;

exports.default = {
  HiTraceFlag,
  HiTraceTracepointType,
  HiTraceCommunicationMode,
  begin(name, flags = HiTraceFlag.DEFAULT) {
    current = { ...NONE, chainId: ++chains, flags };
    return { ...current };
  },
  end: () => void (current = { ...NONE }),
  getId: () => ({ ...current }),
  setId: (id) => void (current = { ...id }),
  clearId: () => void (current = { ...NONE }),
  createSpan: () => ({ ...current }),
  tracepoint: () => undefined,
  isValid: (id) => typeof id?.chainId === "bigint" && id.chainId > 0n,
  isFlagEnabled: (id, flag) => (id.flags & flag) !== 0,
  enableFlag: (id, flag) => void (id.flags |= flag),
};
