import { webApi } from '@slack/bolt';

/** For real Bolt apps whose connections are broken on purpose: their complaints are of no interest. */
export const quietLogger: webApi.Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => webApi.LogLevel.ERROR,
  setName() {},
};
