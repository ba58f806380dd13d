// The clock of the firmware: UEFI specification 2.10, section 8.3. The other runtime services are
// not used.

/// Services that stay after ExitBootServices; here only the clock.
public struct RuntimeServices {
  private static let getTime: UInt64 = 24

  let table: FirmwareObject

  /// Date and time of day as the firmware gives them; nil when it cannot tell.
  ///
  /// Nothing of the value is checked.
  public var time: FirmwareTime? {
    var outputs = OutputWords()
    let status = outputs.withAddress { words in
      // SAFETY: a pointer to the 16 bytes of an EFI_TIME, and none for the clock's capabilities.
      unsafe table.unsafeCall(Self.getTime, words, 0)
    }
    guard !status.isError else { return nil }
    return FirmwareTime(low: outputs[0], high: outputs[1])
  }
}

/// A date and time of day in the form of the firmware, unchecked.
public struct FirmwareTime: Equatable, Sendable {
  /// Year, such as 2024.
  public let year: UInt16
  /// Month, 1 to 12.
  public let month: UInt8
  /// Day of the month, from 1.
  public let day: UInt8
  /// Hour, 0 to 23.
  public let hour: UInt8
  /// Minute, 0 to 59.
  public let minute: UInt8
  /// Second, 0 to 59.
  public let second: UInt8
  /// Minutes to add to get UTC, -1440 to 1440; 2047 when the firmware does not know.
  public let minutesToUTC: Int16

  /// The fields of an EFI_TIME, given as its two little-endian words.
  init(low: UInt64, high: UInt64) {
    year = UInt16(truncatingIfNeeded: low)
    month = UInt8(truncatingIfNeeded: low >> 16)
    day = UInt8(truncatingIfNeeded: low >> 24)
    hour = UInt8(truncatingIfNeeded: low >> 32)
    minute = UInt8(truncatingIfNeeded: low >> 40)
    second = UInt8(truncatingIfNeeded: low >> 48)
    // Behind the nanoseconds.
    minutesToUTC = Int16(truncatingIfNeeded: high >> 32)
  }
}
