// Payloads compared with the hashes of the section table, for commands that trust no signature.

import BootImg
import Bytes
import Crypto

extension ImageReport {
  /// The payload of a section of the image that the report was made from.
  ///
  /// - Throws: `ToolError` when its hash is not the one of the section table.
  func checkedPayload(
    _ index: Int, of image: [UInt8], path: String
  ) throws(ToolError) -> ArraySlice<UInt8> {
    let entry = sections[index]
    // Sections of a valid structure lie inside the file.
    let payload = image[entry.offset..<(entry.offset + entry.size)]
    guard SHA256.hash(payload.span.rawBytes) == entry.hash else {
      throw ToolError(path, .hashMismatch(section: index, offset: entry.offset))
    }
    return payload
  }
}
