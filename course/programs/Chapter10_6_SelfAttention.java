import module fathom;
import static fathom.Tensors.*;

/** The course's section 10.6, Self-Attention and Positional Encoding: sines of many wavelengths, and binary numbers. */
void main() throws IOException {
    manualSeed(0);
    var attention = new MultiheadAttention(100, 5, o -> o.dropout(0.5).batchFirst(true));
    attention.eval();
    var x = ones(2, 4, 100);
    IO.println(attention.forward(x, x, x, c -> c.keyLengths(tensor(new long[] {3, 2}))).output().shape());      //> [2, 4, 100]

    var encoding = new PositionalEncoding(32, 0);
    encoding.eval();
    var p = encoding.forward(zeros(1, 60, 32)).squeeze(0);
    Plot.of(a -> {
                for (int column : new int[] {6, 7, 8, 9}) {
                    a.line(arange(60, FLOAT32), p.select(1, column), "Col " + column);
                }
                a.xLabel("Row (position)");
            })
            .save("columns.svg");
    for (int i = 0; i < 8; i++) {
        IO.println(i + " in binary is " + "%3s".formatted(Integer.toBinaryString(i)).replace(' ', '0'));
    }
    //> 0 in binary is 000
    //> 7 in binary is 111
    // as the lower bits of binary numbers, the first columns alternate fastest
    Plot.heatmap(p, h -> h.xLabel("Column (encoding dimension)").yLabel("Row (position)")).save("encoding.svg");

    // a position some steps further on is a rotation of each pair of columns
    double frequency = 1 / Math.pow(10000, 2 * 3 / 32.0);
    double turn = 5 * frequency;
    var pair = p.narrow(1, 6, 2);
    var rotation = tensor(new double[][] {{Math.cos(turn), -Math.sin(turn)}, {Math.sin(turn), Math.cos(turn)}}).to(FLOAT32);
    IO.println(pair.narrow(0, 0, 50).matmul(rotation).allclose(pair.narrow(0, 5, 50), 1e-3, 1e-4));            //> true
}
