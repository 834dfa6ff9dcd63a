import Foundation
import Glibc
import Imaging

/// A page that needs nothing else: no script, no outside address, pictures within it.
public enum ReportPage {
    /// A page that could not be written after the work for it.
    public struct Unwritable: Error, CustomStringConvertible {
        let path, reason: String
        /// The sentence.
        public var description: String {
            "the report \(path) cannot be written: \(reason). Name another place, such as /tmp"
        }
    }

    /// Looks before the work whether a page can be written there.
    /// - Throws: ``Unwritable``.
    public static func check(_ path: String) throws(Unwritable) {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        guard faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0 else { return }
        throw Unwritable(path: path, reason: String(cString: strerror(errno)))
    }

    /// The page.
    /// - Parameters:
    ///   - title: plain text.
    ///   - body: HTML below the title.
    public static func html(title: String, body: String) -> String {
        """
        <!doctype html><html lang="en"><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(escaped(title))</title>
        <style>
        body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
        table{border-collapse:collapse}td,th{padding:.2rem .6rem;text-align:right}td:first-child,th:first-child{text-align:left}
        tr+tr{border-top:1px solid #ddd}figure{display:inline-block;margin:.4rem;width:11rem;font-size:.8rem;vertical-align:top}
        img{max-width:100%;border-radius:.3rem}.careful{background:#fff3cd;padding:.6rem 1rem;border-radius:.3rem}
        .matrix td{min-width:2rem;text-align:center}.scroll{overflow-x:auto}
        @media (prefers-color-scheme:dark){body{color:#ddd;background:#181818}.careful{background:#4d3f00}tr+tr{border-color:#444}}
        </style><h1>\(escaped(title))</h1>
        \(body)</html>

        """
    }

    /// A small copy of a JPEG file; nothing where it can't be read.
    public static func picture(_ file: String) -> String {
        guard let bytes = try? Data(contentsOf: URL(filePath: file)),
            let small = try? bytes.withUnsafeBytes({ try thumbnail(of: $0, longestSide: 176, quality: 70) })
        else { return "" }
        return "<img alt=\"\" src=\"data:image/jpeg;base64,\(Data(small).base64EncodedString())\">"
    }

    /// Plain text as HTML.
    public static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: "\"", with: "&quot;")
    }
}
