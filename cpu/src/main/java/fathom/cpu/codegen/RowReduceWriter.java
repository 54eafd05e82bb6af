package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_int;

import fathom.ir.ReduceOp;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;

/**
 * Writes the class of a reduction along rows: each row of a tile gives one value. The vectors' lanes go through the
 * scratch area and are combined one after the other, always in the same order (where that makes no difference, as of a
 * maximum, in whatever order is fast); the plain code keeps the same lanes in the scratch area all along.
 */
final class RowReduceWriter extends ReduceWriter {
    private final MethodTypeDesc scalarType;

    RowReduceWriter(Graph graph, Lowering.Root root, int inputs, BitSet uniform, ReduceOp op) {
        super(graph, root, inputs, uniform, op);
        scalarType = MethodTypeDesc.of(accumulator.scalarType(), LONGS, CD_int, CD_int, CD_int);
    }

    @Override
    MethodTypeDesc scalarType() {
        return scalarType;
    }

    @Override
    void run(CodeBuilder cb, ClassDesc self) {
        if (isVectorized()) {
            new Rows(cb, self).vectors();
        } else {
            new Rows(cb, self).scalars();
        }
        cb.return_();
    }

    @Override
    void plain(CodeBuilder cb, ClassDesc self) {
        if (isVectorized() && accumulator.lane != Lane.BOOL) {
            new Rows(cb, self).likeVectors();
        } else {
            new Rows(cb, self).scalars(); // truth values may be combined in any order
        }
        cb.return_();
    }

    /** The combination of the elements {@code from} to {@code to} of one row. */
    @Override
    void scalar(CodeBuilder cb) {
        int parameters = cb.parameterSlot(0);
        int row = cb.parameterSlot(1);
        int from = cb.parameterSlot(2);
        int to = cb.parameterSlot(3);
        var kind = accumulator.scalarKind();
        var emitter = scalarEmitter(cb, parameters, row, from);
        int result = cb.allocateLocal(kind);
        accumulator.pushIdentity(cb, accumulator.scalarLane);
        cb.storeLocal(kind, result);
        loop(
                cb,
                from,
                to,
                1,
                () -> {
                    emitter.enter(Schedule.ELEMENT);
                    cb.loadLocal(kind, result);
                    emitter.push(value());
                    accumulator.widen(cb);
                    accumulator.combineScalars(cb, accumulator.scalarLane);
                    cb.storeLocal(kind, result);
                });
        cb.loadLocal(kind, result).return_(kind);
    }

    private ScalarEmitter scalarEmitter(CodeBuilder cb, int parameters, int row, int index) {
        var emitter = new ScalarEmitter(cb, graph, scalar, operands, parameters);
        emitter.addresses = addressVariables(cb, inputs);
        emitter.index = index;
        seekRow(cb, parameters, emitter.addresses, row);
        emitter.enter(Schedule.CALL);
        emitter.enter(Schedule.ROW);
        return emitter;
    }

    /** The loop over rows in one of its forms. */
    private final class Rows {
        private final CodeBuilder cb;
        private final ClassDesc self;
        private final int parameters;
        private final int n;
        private final int rows;
        private final int row;
        private final int result;
        private final fathom.DType memory = Accumulator.memory(accumulator.lane);

        Rows(CodeBuilder cb, ClassDesc self) {
            this.cb = cb;
            this.self = self;
            parameters = cb.parameterSlot(0);
            n = elements(cb, parameters);
            rows = intParameter(cb, parameters, Parameters.ROWS);
            row = counter(cb);
            result = cb.allocateLocal(accumulator.scalarKind());
        }

        void scalars() {
            loop(
                    cb,
                    row,
                    rows,
                    1,
                    () -> {
                        cb.aload(parameters).iload(row).iconst_0().iload(n);
                        cb.invokestatic(self, "scalar", scalarType);
                        cb.storeLocal(accumulator.scalarKind(), result);
                        store();
                    });
        }

        /** Makes a variable with {@code n} rounded down to a multiple of a power of two. */
        private int multiple(int of) {
            int variable = cb.allocateLocal(TypeKind.INT);
            cb.iload(n).loadConstant(-of).iand().istore(variable);
            return variable;
        }

        void vectors() {
            int whole = multiple(lanes);
            int bulk = multiple(lanes * copies);
            var wide = cb.newLabel();
            cb.iload(whole).ifne(wide);
            scalars();
            cb.return_();
            cb.labelBinding(wide);
            var emitter = new VectorEmitter(cb, graph, vector, operands, parameters, RowReduceWriter.this.wide);
            emitter.addresses = addressVariables(cb, inputs);
            emitter.index = cb.allocateLocal(TypeKind.INT);
            int identity = identity(cb, emitter);
            var sums = vectorVariables(cb);
            int scratch = scratch();
            emitter.enter(Schedule.CALL);
            loop(
                    cb,
                    row,
                    rows,
                    1,
                    () -> {
                        seekRow(cb, parameters, emitter.addresses, row);
                        emitter.enter(Schedule.ROW);
                        copy(cb, identity, sums);
                        cb.iconst_0().istore(emitter.index);
                        loop(cb, emitter.index, bulk, lanes * copies, () -> step(cb, emitter, sums, copies));
                        if (copies > 1) {
                            loop(cb, emitter.index, whole, lanes, () -> step(cb, emitter, sums, 1));
                            for (int apart = copies / 2; apart > 0; apart /= 2) {
                                for (int u = 0; u < apart; u++) {
                                    emitter.pushVariable(accumulator.lane, sums[u]);
                                    emitter.pushVariable(accumulator.lane, sums[u + apart]);
                                    accumulator.combineVectors(cb);
                                    cb.astore(sums[u]);
                                }
                            }
                        }
                        rest(whole);
                        if (accumulator.lane == Lane.BOOL) {
                            cb.loadLocal(accumulator.scalarKind(), result);
                            emitter.pushVariable(Lane.BOOL, sums[0]);
                            accumulator.reduceMask(cb);
                            accumulator.combineScalars(cb, Lane.BOOL);
                            cb.storeLocal(accumulator.scalarKind(), result);
                        } else if (accumulator.isOrderFree()) {
                            // a chain of the scalar Math.max takes a hundred nanoseconds a row
                            cb.loadLocal(accumulator.scalarKind(), result);
                            emitter.pushVariable(accumulator.lane, sums[0]);
                            accumulator.reduceLanes(cb);
                            accumulator.combineScalars(cb, accumulator.lane);
                            cb.storeLocal(accumulator.scalarKind(), result);
                        } else {
                            emitter.storeVector(accumulator.lane, sums[0], scratch);
                            addLanes(scratch);
                        }
                        store();
                    });
        }

        /** The same in scalar code: the elements go round the lanes as they do in vectors. */
        void likeVectors() {
            int whole = multiple(lanes);
            int bulk = multiple(lanes * copies);
            var wide = cb.newLabel();
            cb.iload(whole).ifne(wide);
            scalars();
            cb.return_();
            cb.labelBinding(wide);
            int scratch = scratch();
            int index = cb.allocateLocal(TypeKind.INT);
            int lane = cb.allocateLocal(TypeKind.INT);
            loop(
                    cb,
                    row,
                    rows,
                    1,
                    () -> {
                        cb.iconst_0().istore(lane);
                        loop(
                                cb,
                                lane,
                                constant(lanes * copies),
                                1,
                                () -> {
                                    pushLane(scratch, lane, 0);
                                    accumulator.pushIdentity(cb, accumulator.lane);
                                    Emitter.storeScalar(cb, memory);
                                });
                        cb.iconst_0().istore(index);
                        var emitter = scalarEmitter(cb, parameters, row, index);
                        loop(cb, index, bulk, 1, () -> turn(emitter, scratch, index, lane, lanes * copies));
                        emitter.leave(Schedule.ELEMENT);
                        if (copies > 1) {
                            loop(cb, index, whole, 1, () -> turn(emitter, scratch, index, lane, lanes));
                        }
                        for (int apart = copies / 2; apart > 0; apart /= 2) {
                            int distance = apart * lanes;
                            cb.iconst_0().istore(lane);
                            loop(
                                    cb,
                                    lane,
                                    constant(distance),
                                    1,
                                    () -> {
                                        pushLane(scratch, lane, 0);
                                        pushLane(scratch, lane, 0);
                                        emitter.loadScalar(memory);
                                        pushLane(scratch, lane, distance);
                                        emitter.loadScalar(memory);
                                        accumulator.combineScalars(cb, accumulator.lane);
                                        Emitter.storeScalar(cb, memory);
                                    });
                        }
                        rest(whole);
                        addLanes(scratch);
                        store();
                    });
        }

        /** Combines the element with the lane that it falls into. */
        private void turn(ScalarEmitter emitter, int scratch, int index, int lane, int count) {
            emitter.enter(Schedule.ELEMENT);
            cb.iload(index).loadConstant(count - 1).iand().istore(lane);
            pushLane(scratch, lane, 0);
            pushLane(scratch, lane, 0);
            emitter.loadScalar(memory);
            emitter.push(value());
            accumulator.combineScalars(cb, accumulator.lane);
            Emitter.storeScalar(cb, memory);
        }

        private int scratch() {
            int variable = cb.allocateLocal(TypeKind.LONG);
            cb.aload(parameters).loadConstant(Parameters.SCRATCH).laload().lstore(variable);
            return variable;
        }

        private int constant(int value) {
            int variable = cb.allocateLocal(TypeKind.INT);
            cb.loadConstant(value).istore(variable);
            return variable;
        }

        private void pushLane(int scratch, int lane, int distance) {
            cb.lload(scratch).iload(lane).loadConstant(distance).iadd();
            cb.loadConstant(memory.size()).imul().i2l().ladd();
        }

        /** Sets the result to the combination of what does not fill a vector. */
        private void rest(int whole) {
            var full = cb.newLabel();
            accumulator.pushIdentity(cb, accumulator.scalarLane);
            cb.storeLocal(accumulator.scalarKind(), result);
            cb.iload(whole).iload(n).if_icmpeq(full);
            cb.aload(parameters).iload(row).iload(whole).iload(n);
            cb.invokestatic(self, "scalar", scalarType);
            cb.storeLocal(accumulator.scalarKind(), result);
            cb.labelBinding(full);
        }

        /** Combines the lanes in the scratch area with the result. */
        private void addLanes(int scratch) {
            var kind = accumulator.scalarKind();
            int lane = counter(cb);
            loop(
                    cb,
                    lane,
                    constant(lanes),
                    1,
                    () -> {
                        cb.loadLocal(kind, result);
                        pushLane(scratch, lane, 0);
                        Emitter.loadScalar(cb, memory);
                        accumulator.widen(cb);
                        accumulator.combineScalars(cb, accumulator.scalarLane);
                        cb.storeLocal(kind, result);
                    });
        }

        private void store() {
            cb.aload(parameters).loadConstant(Parameters.address(inputs)).laload();
            cb.aload(parameters).loadConstant(Parameters.rowStride(inputs)).laload();
            cb.iload(row).i2l().lmul().ladd();
            cb.loadLocal(accumulator.scalarKind(), result);
            accumulator.narrow(cb);
            Emitter.storeScalar(cb, memory);
        }
    }
}
