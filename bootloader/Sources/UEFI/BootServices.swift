// Boot services that the loader uses: UEFI specification 2.10, sections 4.4, 7.2, 7.3 and 7.4.
// Nothing here may be called once ExitBootServices has succeeded.

/// Services that end with ExitBootServices.
public struct BootServices {
  private enum Offset {
    static let allocatePages: UInt64 = 40
    static let getMemoryMap: UInt64 = 56
    static let handleProtocol: UInt64 = 152
    static let exitBootServices: UInt64 = 232
    static let stall: UInt64 = 248
    static let setWatchdogTimer: UInt64 = 256
    static let locateProtocol: UInt64 = 320
  }
  private static let allocateAnyPages: UInt64 = 0
  private static let loaderData: UInt64 = 2

  let table: FirmwareObject

  /// Takes pages of the type that belongs to the loader; their contents are undefined.
  ///
  /// - Returns: The physical address of the first.
  /// - Throws: What the firmware says when it has no run of so many pages.
  public func allocate(pages: Int) throws(FirmwareFailure) -> UInt64 {
    guard let count = UInt64(exactly: pages), count > 0 else {
      throw FirmwareFailure(.invalidParameter)
    }
    var outputs = OutputWords()
    let status = outputs.withAddress { address in
      // SAFETY: the last parameter is a pointer to one 64-bit word, which lives until the call
      // ends.
      unsafe table.unsafeCall(
        Offset.allocatePages, Self.allocateAnyPages, Self.loaderData, count, address)
    }
    guard !status.isError else { throw FirmwareFailure(status) }
    return outputs[0]
  }

  /// Stops the timer that resets the machine five minutes after an application was started.
  public func stopWatchdog() {
    // SAFETY: a timeout of 0 means off; the code is free to choose, there is no data.
    _ = unsafe table.unsafeCall(Offset.setWatchdogTimer, 0, 0, 0, 0)
  }

  /// Waits.
  public func stall(microseconds: UInt64) {
    // SAFETY: the function takes one number.
    _ = unsafe table.unsafeCall(Offset.stall, microseconds)
  }

  /// Ends the boot services.
  ///
  /// The firmware may have ended some of them even when this fails.
  ///
  /// - Parameters:
  ///   - image: The loader's own handle.
  ///   - mapKey: The key of the current memory map.
  /// - Throws: `Status.invalidParameter` when the key is not the current one.
  public func exit(image: Handle, mapKey: UInt64) throws(FirmwareFailure) {
    // SAFETY: both parameters are plain numbers that the firmware gave us.
    let status = unsafe table.unsafeCall(Offset.exitBootServices, image.rawValue, mapKey)
    guard !status.isError else { throw FirmwareFailure(status) }
  }

  /// Copies the memory map into a buffer.
  ///
  /// - Returns: What was written, or, when the buffer is too small, what would be needed; nothing
  ///   of the buffer is meaningful then.
  /// - Throws: Any failure but a small buffer.
  public func memoryMap(
    into buffer: inout MutableRawSpan
  ) throws(FirmwareFailure) -> MemoryMapResult {
    var outputs = OutputWords(UInt64(buffer.byteCount))
    let status = outputs.withAddress { words in
      // SAFETY: the first output says how long the buffer is, and the firmware writes no more; the
      // others are key, descriptor size and version, each with room for 64 bits.
      unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe table.unsafeCall(
          Offset.getMemoryMap, words, UInt64(UInt(bitPattern: bytes.baseAddress)), words + 8,
          words + 16, words + 24)
      }
    }
    let isComplete = status != .bufferTooSmall
    guard !status.isError || !isComplete else { throw FirmwareFailure(status) }
    return MemoryMapResult(
      isComplete: isComplete, byteCount: outputs[0], key: outputs[1], descriptorSize: outputs[2])
  }

  /// An interface of a handle.
  ///
  /// - Throws: What the firmware says when the handle does not have it.
  func interface(_ name: GUID, of handle: Handle) throws(FirmwareFailure) -> FirmwareObject {
    try find(name) { words, guid in
      // SAFETY: a handle from the firmware, a pointer to a GUID and one to a word for the result.
      unsafe table.unsafeCall(Offset.handleProtocol, handle.rawValue, guid, words)
    }
  }

  /// The first interface of a kind in the machine.
  ///
  /// - Throws: `Status.notFound` when there is none.
  func firstInterface(_ name: GUID) throws(FirmwareFailure) -> FirmwareObject {
    try find(name) { words, guid in
      // SAFETY: a pointer to a GUID, no registration key, and a pointer to a word for the result.
      unsafe table.unsafeCall(Offset.locateProtocol, guid, 0, words)
    }
  }

  /// Runs a look-up that takes a GUID and stores the address of an interface.
  private func find(
    _ name: GUID, _ call: (_ result: UInt64, _ guid: UInt64) -> Status
  ) throws(FirmwareFailure) -> FirmwareObject {
    var outputs = OutputWords()
    let status = outputs.withAddress { words in
      name.withAddress { guid in call(words, guid) }
    }
    guard !status.isError else { throw FirmwareFailure(status) }
    guard outputs[0] != 0 else { throw FirmwareFailure(.notFound) }
    // SAFETY: the firmware stored this address as the interface that was asked for.
    return unsafe FirmwareObject(unsafeAddress: outputs[0])
  }
}

/// What the firmware said about its memory map.
public struct MemoryMapResult: Equatable, Sendable {
  /// Whether the map fitted the buffer and was written.
  public let isComplete: Bool
  /// Bytes of the map.
  public let byteCount: UInt64
  /// Names this state of the map; for `BootServices.exit(image:mapKey:)`.
  public let key: UInt64
  /// Distance in bytes from one descriptor to the next.
  public let descriptorSize: UInt64
}

/// Something of the firmware that has protocol interfaces: an image, a device.
public struct Handle: RawRepresentable, Equatable, Sendable {
  /// The firmware's number for it.
  public let rawValue: UInt64

  /// A handle that the firmware gave out.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }
}
