// Reading one file from the volume that the loader itself came from: UEFI specification 2.10,
// sections 9.1 (loaded image), 13.4 (simple file system) and 13.5 (file protocol).

/// A file that is open for reading.
public struct ImageFile {
  private enum Offset {
    static let device: UInt64 = 24
    static let openVolume: UInt64 = 8
    static let open: UInt64 = 8
    static let close: UInt64 = 16
    static let read: UInt64 = 32
    static let getInfo: UInt64 = 64
    static let infoFileSize = 8
  }
  private static let readMode: UInt64 = 1
  /// Longest read asked of the firmware at once; firmware is known to fail on larger ones.
  private static let chunk = 1 << 20

  private let file: FirmwareObject

  /// Opens a file of the loader's own volume.
  ///
  /// - Parameters:
  ///   - path: UTF-16 code units, `\` between names, ending with 0.
  ///   - image: The loader's own handle.
  ///   - services: The boot services, which still run.
  /// - Throws: `Status.notFound` without such a file; what the firmware says when the volume cannot
  ///   be read.
  public init(
    path: Span<UInt16>, onVolumeOf image: Handle, _ services: BootServices
  ) throws(FirmwareFailure) {
    let loaded = try services.interface(.loadedImage, of: image)
    let device = Handle(rawValue: loaded.word(at: Offset.device))
    let volume = try services.interface(.simpleFileSystem, of: device)
    let root = try Self.result { words in
      // SAFETY: the function takes the interface and a pointer to a word for the result.
      unsafe volume.unsafeCall(Offset.openVolume, volume.address, words)
    }
    guard path.count > 0, path[path.count - 1] == 0 else {
      throw FirmwareFailure(.invalidParameter)
    }
    defer { Self.close(root) }
    file = try Self.result { words in
      // SAFETY: the path ends with 0, checked above, and lives until the call ends; `words` points
      // to a word for the result.
      unsafe path.withUnsafeBufferPointer { path in
        unsafe root.unsafeCall(
          Offset.open, root.address, words, UInt64(UInt(bitPattern: path.baseAddress)),
          Self.readMode)
      }
    }
  }

  /// Gives the file back to the firmware.
  public func close() {
    Self.close(file)
  }

  /// Size of the file in bytes.
  ///
  /// - Throws: What the firmware says when it does not know.
  public func size() throws(FirmwareFailure) -> UInt64 {
    // Eighty bytes and the name, which the loader chose: far below 512 bytes.
    var info = InlineArray<64, UInt64>(repeating: 0)
    var outputs = OutputWords(512)
    var span = info.mutableSpan
    let status = outputs.withAddress { words in
      GUID.fileInfo.withAddress { guid in
        // SAFETY: the first output holds the size of the buffer, and the firmware writes no more.
        unsafe span.withUnsafeMutableBufferPointer { buffer in
          unsafe file.unsafeCall(
            Offset.getInfo, file.address, guid, words,
            UInt64(UInt(bitPattern: buffer.baseAddress)))
        }
      }
    }
    guard !status.isError else { throw FirmwareFailure(status) }
    return info[Offset.infoFileSize / 8]
  }

  /// Reads the next bytes of the file until the buffer is full.
  ///
  /// - Throws: `Status.endOfFile` when the file ends before; what the firmware says otherwise.
  public func read(into buffer: inout MutableRawSpan) throws(FirmwareFailure) {
    var done = 0
    while done < buffer.byteCount {
      let count = min(Self.chunk, buffer.byteCount - done)
      var outputs = OutputWords(UInt64(count))
      var part = buffer._mutatingExtracting(done..<(done + count))
      let status = outputs.withAddress { words in
        // SAFETY: the first output holds the size of the part, and the firmware writes no more.
        unsafe part.withUnsafeMutableBytes { bytes in
          unsafe file.unsafeCall(
            Offset.read, file.address, words, UInt64(UInt(bitPattern: bytes.baseAddress)))
        }
      }
      guard !status.isError else { throw FirmwareFailure(status) }
      guard outputs[0] > 0, outputs[0] <= UInt64(count) else { throw FirmwareFailure(.endOfFile) }
      done += Int(outputs[0])
    }
  }

  /// Runs a call that stores the address of an interface in the word it is given.
  private static func result(
    _ call: (UInt64) -> Status
  ) throws(FirmwareFailure) -> FirmwareObject {
    var outputs = OutputWords()
    let status = outputs.withAddress(call)
    guard !status.isError else { throw FirmwareFailure(status) }
    guard outputs[0] != 0 else { throw FirmwareFailure(.notFound) }
    // SAFETY: the firmware stored this address as the file interface that was asked for.
    return unsafe FirmwareObject(unsafeAddress: outputs[0])
  }

  private static func close(_ file: FirmwareObject) {
    // SAFETY: the function takes the interface alone; the caller does not use it afterwards.
    _ = unsafe file.unsafeCall(Offset.close, file.address)
  }
}
