package fathom.cpu.codegen;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;
import java.util.List;

/**
 * Writes the class of a pointwise kernel. Its {@code run} loops over the vectors of all rows, then over the rows'
 * tails, which {@code scalar} computes (elements {@code from} to {@code to} of one row). The loops are separate because
 * no vector register survives a call: a call inside the vector loop made it reload every constant from the stack, at
 * half the speed.
 */
final class PointwiseWriter extends KernelWriter {
    /** Minimum number of elements per row worth copying to arrays. */
    private static final int MIN_STAGED = 4;

    private final int inputs;

    PointwiseWriter(Graph graph, List<Lowering.Root> roots, int inputs, BitSet uniform) {
        super(graph, roots, inputs + roots.size(), uniform);
        this.inputs = inputs;
    }

    @Override
    void run(CodeBuilder cb, ClassDesc self) {
        int parameters = cb.parameterSlot(0);
        int n = elements(cb, parameters);
        int rows = intParameter(cb, parameters, Parameters.ROWS);
        int row = counter(cb);
        if (isVectorized()) {
            int vectorEnd = cb.allocateLocal(TypeKind.INT); // elements in whole vectors
            var shortRows = cb.newLabel();
            cb.iload(n).loadConstant(-lanes).iand().istore(vectorEnd);
            cb.iload(vectorEnd).ifeq(shortRows);
            vectorRows(cb, self, parameters, n, rows, row, vectorEnd);
            cb.return_();
            cb.labelBinding(shortRows);
        }
        scalarRows(cb, self, parameters, n, rows, row);
    }

    @Override
    void plain(CodeBuilder cb, ClassDesc self) {
        int parameters = cb.parameterSlot(0);
        int n = elements(cb, parameters);
        int rows = intParameter(cb, parameters, Parameters.ROWS);
        int row = counter(cb);
        var enough = cb.newLabel();
        cb.iload(n).loadConstant(MIN_STAGED).if_icmpge(enough);
        scalarRows(cb, self, parameters, n, rows, row);
        cb.labelBinding(enough);
        var staging = new Staging(cb, graph, scalar, operands, parameters, n);
        staging.addresses = addressVariables(cb, operands);
        for (int i = 0; i < roots.size(); i++) {
            staging.stage(inputs + i, roots.get(i).memory());
        }
        staging.enter(Schedule.CALL);
        loopRows(
                staging,
                row,
                rows,
                () -> {
                    staging.tiles(() -> {
                        staging.read(inputs);
                        cb.iconst_0().istore(staging.index);
                        loop(cb, staging.index, staging.count, 1, () -> staging.storeAll(roots, inputs));
                        for (int i = 0; i < roots.size(); i++) {
                            staging.write(inputs + i);
                        }
                    });
                });
        cb.return_();
    }

    private static void scalarRows(CodeBuilder cb, ClassDesc self, int parameters, int n, int rows, int row) {
        loop(
                cb,
                row,
                rows,
                1,
                () -> {
                    cb.aload(parameters).iload(row).iconst_0().iload(n);
                    cb.invokestatic(self, "scalar", SCALAR);
                });
        cb.return_();
    }

    private void vectorRows(CodeBuilder cb, ClassDesc self, int parameters, int n, int rows, int row, int vectorEnd) {
        var emitter = new VectorEmitter(cb, graph, vector, operands, parameters, wide);
        emitter.addresses = addressVariables(cb, operands);
        emitter.index = cb.allocateLocal(TypeKind.INT);
        emitter.enter(Schedule.CALL);
        loopRows(
                emitter,
                row,
                rows,
                () -> {
                    cb.iconst_0().istore(emitter.index);
                    loop(
                            cb,
                            emitter.index,
                            vectorEnd,
                            lanes,
                            () -> {
                                var done = cb.newLabel();
                                if (emitter.hasGuards()) {
                                    var usual = cb.newLabel();
                                    emitter.computeAll(roots);
                                    emitter.pushAnyGuard();
                                    cb.ifeq(usual);
                                    cb.aload(parameters).iload(row).iload(emitter.index);
                                    cb.iload(emitter.index).loadConstant(lanes).iadd();
                                    cb.invokestatic(self, "scalar", SCALAR);
                                    cb.goto_(done);
                                    cb.labelBinding(usual);
                                }
                                emitter.storeAll(roots, inputs);
                                cb.labelBinding(done);
                            });
                });
        var full = cb.newLabel();
        cb.iload(vectorEnd).iload(n).if_icmpeq(full);
        cb.iconst_0().istore(row);
        loop(
                cb,
                row,
                rows,
                1,
                () -> {
                    cb.aload(parameters).iload(row).iload(vectorEnd).iload(n);
                    cb.invokestatic(self, "scalar", SCALAR);
                });
        cb.labelBinding(full);
    }

    @Override
    MethodTypeDesc scalarType() {
        return SCALAR;
    }

    @Override
    void scalar(CodeBuilder cb) {
        int parameters = cb.parameterSlot(0);
        int row = cb.parameterSlot(1);
        int from = cb.parameterSlot(2);
        int to = cb.parameterSlot(3);
        var emitter = new ScalarEmitter(cb, graph, scalar, operands, parameters);
        emitter.addresses = addressVariables(cb, operands);
        emitter.index = from;
        seekRow(cb, parameters, emitter.addresses, row);
        emitter.enter(Schedule.CALL);
        emitter.enter(Schedule.ROW);
        loop(cb, from, to, 1, () -> emitter.storeAll(roots, inputs));
        cb.return_();
    }
}
