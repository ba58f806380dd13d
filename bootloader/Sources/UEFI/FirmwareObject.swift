// The one way to touch what the firmware gave us: a table or protocol at an address, its fields at
// the offsets that the UEFI specification fixes, its functions through the trampoline.

import CUEFI

/// A table or protocol interface of the firmware.
///
/// ## Invariants
/// - `address` came from the firmware as the interface that the code using this value names, so
///   that the offsets of the specification apply. The firmware identity-maps it.
@safe struct FirmwareObject: Equatable {
  /// Where the table or interface begins.
  let address: UInt64

  /// The object at an address.
  ///
  /// - Safety: the firmware gave out the address as the interface the caller will use it as.
  @unsafe init(unsafeAddress address: UInt64) {
    self.address = address
  }

  /// The word at an offset.
  func word(at offset: UInt64) -> UInt64 {
    load(at: offset)
  }

  /// The 32-bit number at an offset.
  func half(at offset: UInt64) -> UInt32 {
    load(at: offset)
  }

  /// The object whose address is stored at an offset; nil for a null pointer.
  func object(at offset: UInt64) -> FirmwareObject? {
    let address = word(at: offset)
    guard address != 0 else { return nil }
    // SAFETY: the specification says that this field points to an interface, whose name is that
    // of the caller's constant.
    return unsafe FirmwareObject(unsafeAddress: address)
  }

  /// Calls the function whose address is stored at an offset.
  ///
  /// - Safety: the arguments are those of the function in the specification: every pointer among
  ///   them refers to memory of the right size and lives until the call returns.
  @unsafe func unsafeCall(
    _ offset: UInt64, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0,
    _ fourth: UInt64 = 0, _ fifth: UInt64 = 0
  ) -> Status {
    Status(rawValue: efi_call(word(at: offset), first, second, third, fourth, fifth))
  }

  private func load<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: UInt64) -> Integer {
    // SAFETY: making a pointer reads nothing. It is null for no table: `object(at:)` refuses that.
    guard let pointer = unsafe UnsafeRawPointer(bitPattern: UInt(address &+ offset)) else {
      return 0
    }
    // SAFETY: by the invariant the interface has this field and is mapped; it is an integer, for
    // which every bit pattern is valid.
    return unsafe pointer.loadUnaligned(as: Integer.self)
  }
}
