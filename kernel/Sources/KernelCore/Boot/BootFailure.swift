// Why the root task cannot be started. The kernel ends then: docs/reference/boot-chain.md.

package import ELF
package import Handoff

/// A reason to stop the boot.
package enum BootFailure: Error, Equatable, Sendable {
  /// Too little memory.
  case noMemory
  /// There is no root task among the modules.
  case noRootTask
  /// The root task's file breaks a rule.
  case malformedRootTask(ELFError)
  /// The modules are too far apart for their window.
  case modulesOutOfReach
  /// The random seed cannot be expanded.
  case unusableSeed
  /// The handoff that was written for the root task is not valid: a mistake of the kernel.
  case invalidHandoff(FormatError)
  /// A capability could not be placed or a page not mapped: a mistake of the kernel.
  case refused(SyscallError)
}
