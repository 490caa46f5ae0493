"""The same verifier as a gRPC service: make reward_pb2_grpc.py, then python3 service.py [PORT]"""
import sys
from concurrent import futures

import grpc
import reward_pb2
import reward_pb2_grpc
from command import reward


def result(sample):
    value = reward(sample.prompt.decode(), sample.completion.decode(errors="replace"))
    return reward_pb2.Result(id=sample.id, reward=value)


class RewardService(reward_pb2_grpc.RewardServiceServicer):
    def Score(self, request, context):
        return reward_pb2.ScoreResponse(results=map(result, request.samples))

    def ScoreStream(self, request_iterator, context):
        return map(result, request_iterator)


def main():
    server = grpc.server(futures.ThreadPoolExecutor())
    reward_pb2_grpc.add_RewardServiceServicer_to_server(RewardService(), server)
    port = server.add_insecure_port(f"127.0.0.1:{sys.argv[1] if len(sys.argv) > 1 else 50051}")
    server.start()
    print(f"127.0.0.1:{port}", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
