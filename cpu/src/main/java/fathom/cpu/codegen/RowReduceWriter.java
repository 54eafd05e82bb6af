package fathom.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_int;

import fathom.cpu.memory.VectorApi;
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
 *
 * <p>The order does not depend on how the values are computed, only on their type: fusing a kernel into the reduction
 * that reads it leaves every bit of the result. So vector code of a large body, of which there is one copy, and of
 * shorter vectors, as 64-bit operands make them, accumulates in the scratch area, in as many places as small bodies do
 * in registers; and what vector code cannot compute is accumulated likewise.
 */
final class RowReduceWriter extends ReduceWriter {
    private final MethodTypeDesc scalarType;

    /** Neighbouring elements that are accumulated separately, in the last part of a row and before. */
    private final int across;

    private final int apart;

    private final boolean inScratch;

    RowReduceWriter(Graph graph, Lowering.Root root, int inputs, BitSet uniform, ReduceOp op) {
        super(graph, root, inputs, uniform, op);
        scalarType = MethodTypeDesc.of(accumulator.scalarType(), LONGS, CD_int, CD_int, CD_int);
        if (accumulator.isOrdered()) {
            across = VectorApi.lanes(Accumulator.memory(accumulator.lane).size());
            apart = MOST_COPIES * across;
            inScratch = copies < MOST_COPIES || lanes != across;
        } else {
            across = lanes;
            apart = copies * lanes;
            inScratch = false;
        }
    }

    @Override
    MethodTypeDesc scalarType() {
        return scalarType;
    }

    @Override
    void run(CodeBuilder cb, ClassDesc self) {
        var rows = new Rows(cb, self);
        if (isVectorized()) {
            rows.vectors();
        } else if (isLikeVectors()) {
            rows.likeVectors();
        } else {
            rows.scalars();
        }
        cb.return_();
    }

    @Override
    void plain(CodeBuilder cb, ClassDesc self) {
        new Rows(cb, self).staged();
        cb.return_();
    }

    /** Whether scalar code keeps the lanes of vectors apart. Truth values may be combined in any order. */
    private boolean isLikeVectors() {
        return accumulator.isOrdered() ? VectorApi.IS_PRESENT : isVectorized() && accumulator.lane != Lane.BOOL;
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
            int whole = multiple(across);
            int bulk = multiple(apart);
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
            loopRows(
                    emitter,
                    row,
                    rows,
                    () -> {
                        if (inScratch) {
                            accumulateInScratch(emitter, scratch, identity, bulk, whole);
                            rest(whole);
                            addLanes(scratch);
                            store();
                            return;
                        }
                        copy(cb, identity, sums);
                        cb.iconst_0().istore(emitter.index);
                        loop(cb, emitter.index, bulk, lanes * copies, () -> step(cb, emitter, sums, copies));
                        if (copies > 1) {
                            loop(cb, emitter.index, whole, lanes, () -> step(cb, emitter, sums, 1));
                            for (int half = copies / 2; half > 0; half /= 2) {
                                for (int u = 0; u < half; u++) {
                                    emitter.pushVariable(accumulator.lane, sums[u]);
                                    emitter.pushVariable(accumulator.lane, sums[u + half]);
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

        /** Leaves in the scratch area what the first {@code whole} elements give in each lane. */
        private void accumulateInScratch(VectorEmitter emitter, int scratch, int identity, int bulk, int whole) {
            var lane = accumulator.lane;
            int address = cb.allocateLocal(TypeKind.LONG);
            int at = cb.allocateLocal(TypeKind.INT);
            int sum = cb.allocateLocal(TypeKind.REFERENCE);
            int zero = constant(0);
            for (int first = 0; first < apart; first += lanes) {
                seek(address, scratch, zero, first);
                emitter.storeVector(lane, identity, address);
            }
            cb.iconst_0().istore(emitter.index);
            loop(
                    cb,
                    emitter.index,
                    whole,
                    lanes,
                    () -> {
                        // without a branch, which the compiler might not have seen taken: the index modulo apart
                        // below bulk, modulo across from there on
                        cb.iload(emitter.index).iload(bulk).isub().loadConstant(31).ishr();
                        cb.loadConstant(apart - across).iand().loadConstant(across - 1).ior();
                        cb.iload(emitter.index).iand().istore(at);
                        seek(address, scratch, at, 0);
                        emitter.leave(Schedule.ELEMENT);
                        emitter.enter(Schedule.ELEMENT);
                        emitter.loadVector(lane, address);
                        emitter.push(value());
                        accumulator.combineVectors(cb);
                        cb.astore(sum);
                        emitter.storeVector(lane, sum, address);
                    });
            emitter.leave(Schedule.ELEMENT);
            for (int half = apart / 2; half >= across; half /= 2) {
                for (int first = 0; first < half; first += lanes) {
                    seek(address, scratch, zero, first);
                    emitter.loadVector(lane, address);
                    seek(address, scratch, zero, first + half);
                    emitter.loadVector(lane, address);
                    accumulator.combineVectors(cb);
                    cb.astore(sum);
                    seek(address, scratch, zero, first);
                    emitter.storeVector(lane, sum, address);
                }
            }
        }

        private void seek(int address, int scratch, int lane, int distance) {
            pushLane(scratch, lane, distance);
            cb.lstore(address);
        }

        /** The same in scalar code: the elements go round the lanes as they do in vectors. */
        void likeVectors() {
            int whole = multiple(across);
            int bulk = multiple(apart);
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
                                constant(apart),
                                1,
                                () -> {
                                    pushLane(scratch, lane, 0);
                                    accumulator.pushIdentity(cb, accumulator.lane);
                                    Emitter.storeScalar(cb, memory);
                                });
                        cb.iconst_0().istore(index);
                        var emitter = scalarEmitter(cb, parameters, row, index);
                        loop(cb, index, bulk, 1, () -> turn(emitter, scratch, index, lane, apart));
                        emitter.leave(Schedule.ELEMENT);
                        if (apart > across) {
                            loop(cb, index, whole, 1, () -> turn(emitter, scratch, index, lane, across));
                        }
                        for (int half = apart / 2; half >= across; half /= 2) {
                            int distance = half;
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

        /** The same on arrays, the lanes in one too. */
        void staged() {
            boolean hasLanes = isLikeVectors();
            int whole = hasLanes ? multiple(across) : counter(cb);
            int bulk = hasLanes ? multiple(apart) : whole;
            var staging = new Staging(cb, graph, scalar, operands, parameters, n);
            staging.addresses = addressVariables(cb, inputs);
            cb.loadConstant(apart);
            int lanes = staging.newArray(memory);
            int lane = counter(cb);
            int end = cb.allocateLocal(TypeKind.INT);
            staging.enter(Schedule.CALL);
            loopRows(
                    staging,
                    row,
                    rows,
                    () -> {
                        if (hasLanes) {
                            cb.iconst_0().istore(lane);
                            Runnable identity = () -> accumulator.pushIdentity(cb, accumulator.lane);
                            loop(cb, lane, constant(apart), 1, () -> staging.store(lanes, lane, memory, identity));
                        }
                        accumulator.pushIdentity(cb, accumulator.scalarLane);
                        cb.storeLocal(accumulator.scalarKind(), result);
                        staging.tiles(() -> {
                            staging.read(inputs);
                            cb.iconst_0().istore(staging.index);
                            if (hasLanes) {
                                turns(staging, bulk, end, lanes, lane, apart);
                                if (apart > across) {
                                    turns(staging, whole, end, lanes, lane, across);
                                }
                            }
                            loop(
                                    cb,
                                    staging.index,
                                    staging.count,
                                    1,
                                    () -> {
                                        staging.enter(Schedule.ELEMENT);
                                        cb.loadLocal(accumulator.scalarKind(), result);
                                        staging.push(value());
                                        accumulator.widen(cb);
                                        accumulator.combineScalars(cb, accumulator.scalarLane);
                                        cb.storeLocal(accumulator.scalarKind(), result);
                                    });
                            staging.leave(Schedule.ELEMENT);
                        });
                        if (hasLanes) {
                            var none = cb.newLabel();
                            cb.iload(whole).ifeq(none);
                            addStaged(staging, lanes, lane, end);
                            cb.labelBinding(none);
                        }
                        store();
                    });
        }

        /** Combines the elements of the tile before a place in the row with the lanes that they fall into. */
        private void turns(Staging staging, int before, int end, int lanes, int lane, int count) {
            cb.iload(before).iload(staging.first).isub().iload(staging.count);
            cb.invokestatic(Emitter.desc(Math.class), "min", MethodTypeDesc.of(CD_int, CD_int, CD_int)).istore(end);
            loop(
                    cb,
                    staging.index,
                    end,
                    1,
                    () -> {
                        staging.enter(Schedule.ELEMENT);
                        cb.iload(staging.index).loadConstant(count - 1).iand().istore(lane);
                        staging.store(
                                lanes,
                                lane,
                                memory,
                                () -> {
                                    staging.load(lanes, lane, memory);
                                    staging.push(value());
                                    accumulator.combineScalars(cb, accumulator.lane);
                                });
                    });
            staging.leave(Schedule.ELEMENT);
        }

        /** Combines the lanes with one another as vectors do, and then with the result. */
        private void addStaged(Staging staging, int lanes, int lane, int other) {
            for (int half = apart / 2; half >= across; half /= 2) {
                int distance = half;
                cb.iconst_0().istore(lane);
                loop(
                        cb,
                        lane,
                        constant(distance),
                        1,
                        () ->
                                staging.store(
                                        lanes,
                                        lane,
                                        memory,
                                        () -> {
                                            cb.iload(lane).loadConstant(distance).iadd().istore(other);
                                            staging.load(lanes, lane, memory);
                                            staging.load(lanes, other, memory);
                                            accumulator.combineScalars(cb, accumulator.lane);
                                        }));
            }
            var kind = accumulator.scalarKind();
            cb.iconst_0().istore(lane);
            loop(
                    cb,
                    lane,
                    constant(across),
                    1,
                    () -> {
                        cb.loadLocal(kind, result);
                        staging.load(lanes, lane, memory);
                        accumulator.widen(cb);
                        accumulator.combineScalars(cb, accumulator.scalarLane);
                        cb.storeLocal(kind, result);
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
                    constant(across),
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
