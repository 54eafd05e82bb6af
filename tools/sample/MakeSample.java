import module java.base;

/**
 * Makes the sample of Fashion-MNIST that travels with Fathom: the first 600 training and 100 test pictures of each
 * class, in their order. Run it again only if the sample is to change:
 *
 * <pre>java tools/sample/MakeSample.java /usr/share/datasets/fashion-mnist \
 *     vision/src/main/resources/fathom/vision/fashion-mnist-sample</pre>
 */
void main(String[] args) throws IOException {
    Path from = Path.of(args[0]);
    Path to = Path.of(args[1]);
    Files.createDirectories(to);
    sample(from, to, "train", 600);
    sample(from, to, "t10k", 100);
}

void sample(Path from, Path to, String split, int perClass) throws IOException {
    byte[] images = unpack(from.resolve(split + "-images-idx3-ubyte.gz"));
    byte[] labels = unpack(from.resolve(split + "-labels-idx1-ubyte.gz"));
    int rows = ByteBuffer.wrap(images).getInt(8);
    int columns = ByteBuffer.wrap(images).getInt(12);
    int size = rows * columns;
    int[] taken = new int[10];
    var pictures = new ByteArrayOutputStream();
    var classes = new ByteArrayOutputStream();
    for (int i = 0; i < labels.length - 8; i++) {
        if (taken[labels[8 + i]]++ < perClass) {
            pictures.write(images, 16 + i * size, size);
            classes.write(labels[8 + i]);
        }
    }
    pack(to.resolve(split + "-images-idx3-ubyte.gz"), header(0x803, classes.size(), rows, columns), pictures);
    pack(to.resolve(split + "-labels-idx1-ubyte.gz"), header(0x801, classes.size()), classes);
}

byte[] header(int... numbers) {
    var header = ByteBuffer.allocate(4 * numbers.length);
    for (int n : numbers) {
        header.putInt(n);
    }
    return header.array();
}

byte[] unpack(Path file) throws IOException {
    try (var in = new GZIPInputStream(Files.newInputStream(file))) {
        return in.readAllBytes();
    }
}

void pack(Path file, byte[] header, ByteArrayOutputStream body) throws IOException {
    try (var out =
            new GZIPOutputStream(Files.newOutputStream(file)) {
                {
                    def.setLevel(Deflater.BEST_COMPRESSION);
                }
            }) {
        out.write(header);
        body.writeTo(out);
    }
}
