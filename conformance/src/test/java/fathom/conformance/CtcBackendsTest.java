package fathom.conformance;

import fathom.DType;
import fathom.primitive.Operand;
import fathom.primitive.neural.CtcLoss;
import fathom.primitive.neural.CtcLossGrad;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Connectionist temporal classification against the naive backend, which enumerates label prefixes. */
class CtcBackendsTest extends BackendProperties {
    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void losses(@ForAll boolean zeroInfinity, @ForAll boolean rows, @ForAll long seed) {
        seed(seed);
        int classes = random.nextInt(2, 6);
        int examples = random.nextInt(0, 4);
        int frames = random.nextInt(1, 8);
        int most = random.nextInt(0, 4);
        int blank = random.nextInt(classes);
        double[] lengths = random.doubles(examples).map(d -> Math.floor(d * (most + 1))).toArray();
        double[] heard = random.doubles(examples).map(d -> Math.floor(d * (frames + 1))).toArray();
        long total = (long) Arrays.stream(lengths).sum();
        long[] shape = rows ? new long[] {examples, most} : new long[] {total};
        double[] labels =
                random.doubles(Arrays.stream(shape).reduce(1, (a, b) -> a * b))
                        .map(d -> (blank + 1 + Math.floor(d * (classes - 1))) % classes)
                        .toArray();
        DType type = random.nextBoolean() ? DType.FLOAT32 : DType.FLOAT64;
        long[] scores = {frames, examples, classes};
        Operand x = operand(type, scores, Values.ORDINARY);
        Operand targets = Operands.of(arena, DType.INT64, shape, labels);
        Operand inputLengths = Operands.of(arena, DType.INT64, new long[] {examples}, heard);
        Operand targetLengths = Operands.of(arena, DType.INT64, new long[] {examples}, lengths);
        var loss = new CtcLoss(blank, zeroInfinity);
        compare(loss, sums(type), operands(x, targets, inputLengths, targetLengths), output(type, examples));
        Operand g = Operands.random(arena, type, new long[] {examples}, Layout.GAPPED, Values.ORDINARY, random);
        compare(
                new CtcLossGrad(loss),
                sums(type),
                operands(g, x, targets, inputLengths, targetLengths),
                output(type, scores));
    }
}
