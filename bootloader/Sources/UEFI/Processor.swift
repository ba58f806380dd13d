// What the loader asks of the processor: Intel SDM volume 2, CPUID; volume 3, section 2.5.

import CUEFI

/// This processor.
public enum Processor {
  /// How often RDRAND is tried before it counts as failed: Intel SDM volume 1, section 7.3.17.1.
  private static let randomAttempts = 10

  /// The time-stamp counter.
  public static var timeStamp: UInt64 { erix_time_stamp() }

  /// Counts of the time-stamp counter spent in firmware functions so far.
  public static var firmwareTicks: UInt64 { efi_firmware_ticks() }

  /// Whether pages can be made non-executable.
  public static var hasNoExecute: Bool { extendedFeatures & 1 << 20 != 0 }

  /// Whether a page of 1 GiB can be mapped.
  public static var hasGigabytePages: Bool { extendedFeatures & 1 << 26 != 0 }

  /// Whether the firmware left five-level paging on.
  public static var usesFiveLevels: Bool { erix_read_cr4() & 1 << 12 != 0 }

  /// A random number from RDRAND; nil when the processor has none or does not deliver.
  public static func random() -> UInt64? {
    guard erix_cpuid(1).ecx & 1 << 30 != 0 else { return nil }
    for _ in 0..<randomAttempts {
      var value: UInt64 = 0
      // SAFETY: the function writes one 64-bit word through the pointer and does not keep it.
      if unsafe erix_rdrand(&value) == 1 { return value }
    }
    return nil
  }

  /// Address of the page that the jump into the kernel runs from.
  public static var switchPage: UInt64 { erix_switch_page() }

  /// Turns on the kernel's tables and jumps; nothing of the loader runs afterwards.
  ///
  /// - Safety: boot services have ended, and tables, entry and handoff are as documented in
  ///   boot-chain.md, "State at kernel entry".
  @unsafe public static func unsafeEnterKernel(
    tables: UInt64, entry: UInt64, handoff: UInt64, length: UInt64
  ) -> Never {
    erix_switch(tables, entry, handoff, length)
  }

  /// Stops for good.
  public static func halt() -> Never { erix_halt() }

  /// Register edx of the extended feature leaf; 0 when there is none.
  private static var extendedFeatures: UInt32 {
    let leaf: UInt32 = 0x8000_0001
    return erix_cpuid(0x8000_0000).eax >= leaf ? erix_cpuid(leaf).edx : 0
  }
}
