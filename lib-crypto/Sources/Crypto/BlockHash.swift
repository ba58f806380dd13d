// The streaming half that SHA-256 and SHA-512 share: cuts the input into blocks, pads the end
// (FIPS 180-4 section 5.1). It knows nothing about rounds, and the compression nothing about input.

import Bytes

/// The compression half of a hash: the state that whole blocks are mixed into.
protocol BlockCompression: Sendable {
  /// The initial state (FIPS 180-4 section 5.3).
  init()
  /// Mixes in every block of `blocks`, whose length is a multiple of the block size.
  mutating func compress(_ blocks: RawSpan)
}

/// A hash in progress over blocks of `blockSize` bytes.
///
/// ## Invariants
/// - `bufferedCount < blockSize` between calls, and only that many bytes of `buffer` mean anything.
struct BlockHash<Compression: BlockCompression, let blockSize: Int>: Sendable {
  private(set) var compression = Compression()
  private var buffer = FixedBytes<blockSize>()
  private var bufferedCount = 0
  private var byteCount: UInt64 = 0

  /// Appends bytes to the message.
  mutating func update(_ bytes: RawSpan) {
    byteCount &+= UInt64(bytes.byteCount)  // Never wraps: 2^64 bytes do not fit in memory or time.
    let head = min(bytes.byteCount, (blockSize - bufferedCount) % blockSize)
    appendToBuffer(bytes.part(0..<head))
    guard bufferedCount == 0 else { return }

    let whole = (bytes.byteCount - head) / blockSize * blockSize
    compression.compress(bytes.part(head..<(head + whole)))
    appendToBuffer(bytes.part((head + whole)..<bytes.byteCount))
  }

  /// Pads the message and mixes in its last one or two blocks.
  ///
  /// The length field is one eighth of a block: 64 bits for SHA-256, 128 for SHA-512. Its upper
  /// half is what remains of the bit count above 64 bits.
  mutating func finish() {
    let messageSize = byteCount
    let lengthSize = blockSize / 8
    appendPadding(0x80)
    while bufferedCount != blockSize - lengthSize { appendPadding(0) }
    if lengthSize == 16 { buffer.store((messageSize >> 61).byteSwapped, at: blockSize - 16) }
    buffer.store((messageSize &<< 3).byteSwapped, at: blockSize - 8)
    compression.compress(buffer.rawBytes)
  }

  /// Buffers bytes that do not pass the end of the block, and compresses the block when full.
  private mutating func appendToBuffer(_ bytes: RawSpan) {
    buffer.copy(bytes, at: bufferedCount)
    bufferedCount += bytes.byteCount
    compressFullBuffer()
  }

  private mutating func appendPadding(_ byte: UInt8) {
    buffer[bufferedCount] = byte
    bufferedCount += 1
    compressFullBuffer()
  }

  private mutating func compressFullBuffer() {
    guard bufferedCount == blockSize else { return }
    compression.compress(buffer.rawBytes)
    bufferedCount = 0
  }
}
