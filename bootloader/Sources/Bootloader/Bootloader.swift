// Where the loader begins and where a failed boot ends. The boot itself is BootCore's; here the
// machine is put under it, and a failure is shown in the way of the profile.

import BootCore
import CapABI
import UEFI

/// The firmware's entry to the loader, called by `efi_start` of CUEFI.
///
/// - Parameters:
///   - image: The loader's own handle.
///   - table: Address of the system table.
/// - Returns: A status for the firmware, which then tries its next boot option; there is no return
///   after a success.
@c(Bootloader_main)
public func bootloaderMain(_ image: UInt64, _ table: UInt64) -> UInt64 {
  // SAFETY: the firmware passes the system table as the second argument of the entry point.
  guard let system = unsafe SystemTable(unsafeAddress: table) else {
    return Status.invalidParameter.rawValue
  }
  var machine = UEFIMachine(system: system, image: Handle(rawValue: image))
  guard let anchor = TrustAnchor(decoding: LinkedConstants.trustAnchor) else {
    return fail(&machine, system) { $0.write("ERIX_BOOTLOADER:FAIL:TRUST_ANCHOR\n") }
  }
  let settings = BootSettings(policy: anchor.policy, isVerbose: isVerbose)
  do {
    try BootSequence.run(on: &machine, settings: settings)
  } catch {
    return fail(&machine, system) { error.show(on: &$0) }
  }
}

/// Whether steps and stamps are shown.
private var isVerbose: Bool {
  #if ERIX_PROFILE_RELEASE
  false
  #else
  true
  #endif
}

/// Shows why there is no boot and ends it: in a smoke loader by the debug exit; else by going back
/// to the firmware, or, where that is no longer possible, by stopping.
private func fail(
  _ machine: inout UEFIMachine, _ system: SystemTable, _ show: (inout UEFIMachine) -> Void
) -> UInt64 {
  show(&machine)
  #if ERIX_PROFILE_SMOKE
  EmulatorExit.exit(code: DebugExit.bootloaderFailure.rawValue, port: DebugExit.port)
  #endif
  guard !machine.isLeaving else { Processor.halt() }
  // The firmware's next boot option may clear the screen.
  system.bootServices.stall(microseconds: 10_000_000)
  return Status.loadError.rawValue
}
