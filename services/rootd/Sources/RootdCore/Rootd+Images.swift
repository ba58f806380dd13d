// What procd will be given, once there is a procd: frames with the images of the services that it
// starts, and the services themselves. Until then a configuration that asks for it is refused.

import Bootstrap
import Bytes
import CapABI
import Handoff
import Load
import Runtime
import Sys

extension Rootd {
  /// Installs the frames and maps them read-only.
  ///
  /// - Returns: How many there are.
  mutating func installImages(
    _ capability: DeclaredCapability, _ process: CapSlot, _ config: borrowing BootConfig,
    _ start: borrowing RootStart
  ) throws(ResultCode) -> UInt32 {
    throw .unsupported
  }

  /// Has procd start a service.
  mutating func launchByProcd(
    _ service: ServiceEntry, at index: Int, _ config: borrowing BootConfig,
    _ start: borrowing RootStart
  ) throws(BootFailure) {
    throw .refused(service.role, .unsupported)
  }
}
