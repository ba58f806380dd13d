// How long the kernel's start takes, for the bench: docs/reference/bench.md. In smoke images alone;
// in others nothing is noted and nothing shown.

import CKernelX86

/// When parts of the start began and ended, in ticks of the time-stamp counter.
package struct BootTicks {
  /// A moment of the start.
  package enum Moment: Int, Sendable {
    /// The first Swift code runs.
    case entry
    /// The wait for a reference clock begins.
    case calibration
    /// The clocks are measured.
    case calibrated
    /// The check of all page tables begins, which smoke images do.
    case walk
    /// The page tables are checked.
    case walked
    /// The records of frames are about to be cleared.
    case records
    /// The records are clear.
    case recorded
  }

  var moments = InlineArray<7, UInt64>(repeating: 0)

  /// Notes that a moment has come.
  @inline(__always) package static func note(_ moment: Moment) {
    #if ERIX_PROFILE_SMOKE
    X86Machine.facts.ticks.moments[moment.rawValue] = erix_read_tsc()
    #endif
  }

  /// Shows what the start took until now, and the parts of it that are not its work or grow with
  /// memory.
  package static func show(_ console: EarlyConsole) {
    #if ERIX_PROFILE_SMOKE
    let now = erix_read_tsc()
    let ticks = X86Machine.facts.ticks
    console.mark("TICKS:ALL", now &- ticks[.entry])
    console.mark("TICKS:CALIBRATION", ticks[.calibrated] &- ticks[.calibration])
    console.mark("TICKS:TABLE_WALK", ticks[.walked] &- ticks[.walk])
    console.mark("TICKS:RECORDS", ticks[.recorded] &- ticks[.records])
    #endif
  }

  private subscript(moment: Moment) -> UInt64 { moments[moment.rawValue] }
}
