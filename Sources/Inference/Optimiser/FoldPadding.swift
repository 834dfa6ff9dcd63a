extension Graph {
    /// A frame of zeros around a picture becomes the convolution's own padding, which costs nothing.
    mutating func foldPaddingIntoConvolutions() {
        let uses = Uses(self)
        var gone: Set<Int> = []
        for index in nodes.indices {
            guard var convolution = nodes[index].operation as? Convolution,
                case .explicit(let top, let left, let bottom, let right) = convolution.window.padding,
                let writer = uses.writer[nodes[index].inputs[0].index],
                let padding = nodes[writer].operation as? Padding, padding.value == 0,
                uses.soleReader(of: nodes[writer].output) == index,
                padding.before[0] + padding.after[0] + padding.before[1] + padding.after[1] == 0
            else { continue }
            convolution.window.padding = .explicit(
                top: top + padding.before[2], left: left + padding.before[3], bottom: bottom + padding.after[2],
                right: right + padding.after[3])
            nodes[index].operation = convolution
            nodes[index].inputs[0] = nodes[writer].inputs[0]
            gone.insert(writer)
        }
        remove(gone)
    }
}
